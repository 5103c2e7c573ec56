//! Failures on purpose.

use infra_apply::Class;

use crate::cloud::Verb;

/// A failure of calls to come.
#[derive(Clone, Debug)]
pub struct Fault {
    pub(crate) verb: Verb,
    /// The resource's name in the stack, with its scopes.
    pub(crate) name: String,
    pub(crate) class: Class,
    pub(crate) message: String,
    pub(crate) times: u32,
    pub(crate) after_the_act: bool,
    pub(crate) blind: bool,
    pub(crate) silent: bool,
    pub(crate) code: Option<String>,
    /// How many calls it lets pass first.
    pub(crate) later: u32,
}

impl Fault {
    /// The next call of `verb` for the resource called `name` is refused for good.
    pub fn refuse(verb: Verb, name: &str) -> Fault {
        Fault {
            verb,
            name: name.into(),
            class: Class::Invalid,
            message: "refused by the test".into(),
            times: 1,
            after_the_act: false,
            blind: false,
            silent: false,
            code: None,
            later: 0,
        }
    }

    /// As an error of this class.
    #[must_use]
    pub fn class(mut self, class: Class) -> Fault {
        self.class = class;
        self
    }

    /// With these words of the service.
    #[must_use]
    pub fn saying(mut self, message: &str) -> Fault {
        self.message = message.into();
        self
    }

    /// With this code of the service.
    #[must_use]
    pub fn code(mut self, code: &str) -> Fault {
        self.code = Some(code.into());
        self
    }

    /// The call never comes back, and does nothing; after [`reply_lost`](Fault::reply_lost), it does what it should.
    #[must_use]
    pub fn silent(mut self) -> Fault {
        self.silent = true;
        self
    }

    /// So many times in a row.
    #[must_use]
    pub fn times(mut self, times: u32) -> Fault {
        self.times = times;
        self
    }

    /// The call does what it should, and its answer is lost.
    #[must_use]
    pub fn reply_lost(mut self) -> Fault {
        self.after_the_act = true;
        self.class = Class::Unavailable;
        self.message = "the reply was lost".into();
        self
    }

    /// The call succeeds and finds nothing: for [`Verb::Find`].
    #[must_use]
    pub fn blind(mut self) -> Fault {
        self.blind = true;
        self
    }

    /// So many calls are let pass before it.
    #[must_use]
    pub fn later(mut self, calls: u32) -> Fault {
        self.later = calls;
        self
    }
}
