//! What a plan knows of an input.

/// An input's value, as far as it is known before anything runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known<T> {
    /// It will be this.
    Is(T),
    /// The program says nothing of it.
    Unset,
    /// It is known only when the plan is performed.
    Later,
    /// It is secret, and no policy sees it.
    Secret,
}

impl<T> Known<T> {
    /// The value, if it is known.
    pub fn value(self) -> Option<T> {
        match self {
            Known::Is(value) => Some(value),
            Known::Unset | Known::Later | Known::Secret => None,
        }
    }

    /// Whether it is known, and as asked.
    pub fn is_some_and(self, asked: impl FnOnce(T) -> bool) -> bool {
        self.value().is_some_and(asked)
    }

    /// Whether the program says nothing of it.
    pub fn is_unset(&self) -> bool {
        matches!(self, Known::Unset)
    }

    /// Whether it is known only when the plan is performed.
    pub fn is_later(&self) -> bool {
        matches!(self, Known::Later)
    }

    /// Whether it is secret.
    pub fn is_secret(&self) -> bool {
        matches!(self, Known::Secret)
    }
}
