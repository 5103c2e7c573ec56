//! A random value that is drawn once and kept in a secret.

use infra_sdk::aws::secretsmanager::{Secret as SecretObject, SecretVersion};
use infra_sdk::prelude::*;
use infra_sdk::random::RandomPassword;

/// A random value of letters and digits, which is drawn once, is sealed in the state, and stands in a secret of AWS.
///
/// It is made by [`RandomPassword`] also where it is a name: what a secret is worth keeping for must not be in clear elsewhere.
#[derive(Clone, Debug)]
pub struct DrawnSecret {
    /// The resources' name in the stack.
    pub name: String,
    /// What the value begins with: a name of MySQL begins with a letter, which a random text may not.
    pub prefix: String,
    /// How many characters are random.
    pub length: u16,
    /// The secret's name in the account; made from stack and resource where there is none.
    pub secret_name: Option<String>,
    /// For how many days it can be had back once it is deleted: 0, or 7 to 30.
    pub recovery_days: i32,
    /// What the stack called the random value, the secret and its version before, from the root of the stack.
    pub former: Option<[String; 3]>,
}

/// What was declared.
#[derive(Clone, Debug)]
pub struct Drawn {
    /// The value, which is secret.
    pub value: Output<String>,
    /// The secret's version. Who refers to the secret through it waits until the secret has a value.
    pub version: SecretVersion,
    /// The secret's name.
    pub secret_name: Output<String>,
}

impl DrawnSecret {
    /// The characters of the whole value.
    pub fn whole_length(&self) -> usize {
        self.prefix.len() + usize::from(self.length)
    }

    /// Declares it.
    #[track_caller]
    pub fn add(&self, stack: &Stack) -> Drawn {
        let [random, secret, version] = [0, 1, 2].map(|at| self.former.iter().map(move |former| format!("/{}", former[at])));
        let drawn = random.fold(RandomPassword::new(&self.name), |drawn, former| drawn.moved_from(former));
        let drawn = drawn.length(self.length).symbols(false).add(stack);
        let value = output!("{}{}", self.prefix, drawn.value()).secret();
        let kept = secret.fold(SecretObject::new(&self.name), |kept, former| kept.moved_from(former));
        let kept = kept.maybe_name(self.secret_name.clone()).recovery_window_in_days(self.recovery_days).add(stack);
        let held = version.fold(SecretVersion::new(&self.name), |held, former| held.moved_from(former));
        let held = held.secret(&kept).value(&value).add(stack);
        Drawn { value, version: held, secret_name: kept.name() }
    }
}
