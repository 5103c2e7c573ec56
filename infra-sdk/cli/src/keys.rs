//! The key of a stack's journal: asked for before anything is done that needs it, and not asked for otherwise.

use std::path::PathBuf;
use std::sync::Arc;

use infra_apply::{Journal, Seal};
use infra_core::Graph;
use infra_plan::{Intent, Record, State, WrappedKey};
use infra_seal::{AgeGuard, GuardError, GuardName, Identities, Keeper, KeyGuard, PassphraseGuard, ServiceGuard};

use crate::error::Error;
use crate::journal::Place;
use crate::key_service::Kms;
use crate::passphrase;
use crate::session::Session;

impl Session<'_> {
    /// Opens the journal for a run that deploys or refreshes: if it has secrets, or may get some. A journal without a key
    /// gets one with its first secret. Nothing is asked twice.
    pub(crate) async fn unlock(&self, journal: &mut Journal, graph: Option<&Graph>) -> Result<(), Error> {
        if journal.seal().is_some() {
            return Ok(());
        }
        if self.needs_key(journal, graph).await? { self.unlock_always(journal).await } else { Ok(()) }
    }

    /// Whether a run on this journal has secrets, or may get some: also from the stacks of which it takes resources over.
    pub(crate) async fn needs_key(&self, journal: &Journal, graph: Option<&Graph>) -> Result<bool, Error> {
        let declared = graph.is_some_and(Graph::has_secrets);
        let (state, registry) = (journal.state(), &self.cloud().await?.registry);
        let arriving = journal.others().values().any(|state| state.has_secrets());
        let mut handlers = state.rows.keys().filter_map(|address| registry.handler(address.kind()));
        Ok(declared || arriving || state.has_sealed() || handlers.any(|handler| handler.schema().has_secrets()))
    }

    /// Opens the journal for a destruction, which needs no secret but those of a create that is in doubt: so what nobody
    /// has the key of can still be deleted.
    pub(crate) async fn unlock_to_destroy(&self, journal: &mut Journal) -> Result<(), Error> {
        let creates = journal.state().rows.iter().filter(|(_, row)| matches!(row.intent, Some(Intent::Create { .. })));
        let doubtful = State { rows: creates.map(|(address, row)| (address.clone(), row.clone())).collect(), ..State::default() };
        if doubtful.has_sealed() { self.unlock_always(journal).await } else { Ok(()) }
    }

    /// Opens the journal, and gives it a key if it has none.
    pub(crate) async fn unlock_always(&self, journal: &mut Journal) -> Result<(), Error> {
        match journal.state().key.clone() {
            Some(wrapped) => Ok(journal.unlock(self.open_key(&wrapped).await?)?),
            None => {
                let (key, wrapped) = self.new_key(&self.environment.key).await?;
                journal.record(Record::Keyed { key: wrapped }).await?;
                Ok(journal.unlock(key)?)
            }
        }
    }

    /// A state with its secrets in clear.
    pub(crate) async fn opened(&self, state: State) -> Result<State, Error> {
        self.opened_of(&self.place, state).await
    }

    /// A state of a stack of this environment, with its secrets in clear.
    pub(crate) async fn opened_of(&self, place: &Place, mut state: State) -> Result<State, Error> {
        if state.has_sealed() {
            let key = state.key.clone().ok_or_else(|| Error::NoKey { of: place.of().to_owned() })?;
            self.open_key_of(place, &key).await?.open_state(&mut state)?;
        }
        Ok(state)
    }

    /// The key that a journal or an exported state of this stack holds.
    pub(crate) async fn open_key(&self, wrapped: &WrappedKey) -> Result<Arc<dyn Seal>, Error> {
        self.open_key_of(&self.place, wrapped).await
    }

    pub(crate) async fn open_key_of(&self, place: &Place, wrapped: &WrappedKey) -> Result<Arc<dyn Seal>, Error> {
        let keeper = Keeper { of: place.of() };
        let guard = self.guard(&keeper.guard_of(wrapped)?).await?;
        Ok(keeper.open(wrapped, guard.as_ref()).await?)
    }

    /// A new key for `guard`, and how the journal may hold it.
    pub(crate) async fn new_key(&self, guard: &GuardName) -> Result<(Arc<dyn Seal>, WrappedKey), Error> {
        let guard: Box<dyn KeyGuard> = match guard {
            GuardName::Age(recipients) => Box::new(self.age(recipients)?.resolved()?),
            other => self.guard(other).await?,
        };
        let (key, wrapped) = Keeper { of: self.place.of() }.make(guard.as_ref()).await?;
        Ok((key, wrapped))
    }

    async fn guard(&self, name: &GuardName) -> Result<Box<dyn KeyGuard>, Error> {
        Ok(match name {
            GuardName::Age(recipients) => Box::new(self.age(recipients)?),
            GuardName::Passphrase => Box::new(PassphraseGuard::new(passphrase::ask())),
            GuardName::Kms(key) => Box::new(ServiceGuard::new(key.clone(), Arc::new(Kms::of(self, key).await?))),
        })
    }

    fn age(&self, recipients: &[String]) -> Result<AgeGuard, Error> {
        Ok(AgeGuard::new(recipients, identities()?)?)
    }
}

/// Where the user's age identities are: `INFRA_AGE_IDENTITY` names files, and the user's own is in the folder of settings.
fn identities() -> Result<Identities, Error> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let more = std::env::var_os("INFRA_AGE_IDENTITY").filter(|value| !value.is_empty());
    let more = more.iter().flat_map(std::env::split_paths).collect();
    let folder = set("INFRA_CONFIG_DIR")
        .or_else(|| set("XDG_CONFIG_HOME").map(|folder| folder.join("infra")))
        .or_else(|| set("HOME").map(|home| home.join(".config/infra")));
    let folder = folder.ok_or(GuardError::Nowhere)?;
    Ok(Identities::new(folder.join("identity.txt"), more))
}
