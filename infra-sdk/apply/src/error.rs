//! What can go wrong between the engine and a cloud, by the class that the engine acts on.

use std::error::Error as StdError;
use std::fmt;

/// What the engine does about an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// The object does not exist. Deleting it has succeeded.
    NotFound,
    /// An object of that name exists already.
    Exists,
    /// Something still uses the object: retried for a while, since what uses it is on its way out.
    InUse,
    /// Something just made is not known everywhere yet: retried for a while.
    NotYet,
    /// Too many calls: retried more slowly.
    Throttled,
    /// The service failed or could not be reached for a moment: retried a few times.
    Unavailable,
    /// The credentials are missing, wrong or not allowed to do this.
    Denied,
    /// The cloud refuses what was asked.
    Invalid,
    /// A quota of the account is used up.
    Quota,
    /// The run was asked to stop before the call was made, or made again.
    Interrupted,
    /// Anything else. Not retried.
    Other,
}

impl Class {
    /// Whether the same call may succeed later, with nothing changed by the user.
    pub fn is_temporary(self) -> bool {
        matches!(self, Class::InUse | Class::NotYet | Class::Throttled | Class::Unavailable)
    }

    /// What the user can do about it, where that is known.
    pub fn help(self) -> Option<&'static str> {
        match self {
            Class::Exists => {
                Some("another object has this name: choose another name, remove that object, or take it over with `.import(…)`")
            }
            Class::InUse => Some("something outside this stack still uses it: remove that use, then run the command again"),
            Class::Denied => Some("check the credentials and the permissions of the role or user they belong to"),
            Class::Quota => Some("ask for a higher service quota, or remove what is no longer needed, then run the command again"),
            Class::Throttled | Class::Unavailable | Class::NotYet | Class::Interrupted => {
                Some("run the command again: it continues where it stopped")
            }
            Class::NotFound | Class::Invalid | Class::Other => None,
        }
    }
}

/// A call to a cloud that failed. It reads after "failed to …".
#[derive(Debug)]
pub struct ProviderError {
    /// What the engine does about it.
    pub class: Class,
    /// The operation, as the service calls it: `CreateSubnet`.
    pub operation: String,
    /// The service's code for the error: `InvalidVpcID.NotFound`.
    pub code: Option<String>,
    /// The service's words.
    pub message: String,
    /// The service's id of the request, for its support.
    pub request_id: Option<String>,
    /// What caused it, if not the service.
    pub source: Option<Box<dyn StdError + Send + Sync>>,
    /// Of a `create` that failed after it had made an object: that object's physical id.
    pub made: Option<String>,
}

impl ProviderError {
    /// An error without a code.
    pub fn new(class: Class, operation: impl Into<String>, message: impl Into<String>) -> ProviderError {
        ProviderError {
            class,
            operation: operation.into(),
            code: None,
            message: message.into(),
            request_id: None,
            source: None,
            made: None,
        }
    }

    /// Says that a `create` failed after it had made an object, so that the engine remembers it.
    #[must_use]
    pub fn after(mut self, made: &str) -> ProviderError {
        self.made = Some(made.to_owned());
        self
    }

    /// Whether the service's code is `code`.
    pub fn is_code(&self, code: &str) -> bool {
        self.code.as_deref() == Some(code)
    }

    /// The same error in another class if `when` holds: for a service whose codes say too little.
    #[must_use]
    pub fn class_if(mut self, class: Class, when: impl FnOnce(&ProviderError) -> bool) -> ProviderError {
        if when(&self) {
            self.class = class;
        }
        self
    }
}

impl fmt::Display for ProviderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.operation)?;
        match &self.code {
            Some(code) => write!(f, "{} ({code})", self.message)?,
            None => write!(f, "{}", self.message)?,
        }
        match &self.request_id {
            Some(id) => write!(f, " [request {id}]"),
            None => Ok(()),
        }
    }
}

impl StdError for ProviderError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}

/// Success where the object is gone already: for `delete`.
pub fn gone_is_success(result: Result<(), ProviderError>) -> Result<(), ProviderError> {
    match result {
        Err(error) if error.class == Class::NotFound => Ok(()),
        other => other,
    }
}
