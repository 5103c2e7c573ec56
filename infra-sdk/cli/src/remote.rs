//! A state that is kept elsewhere: the bucket, and the credentials that open it.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use infra_aws::dynamodb::TableLease;
use infra_aws::sdk::{Connection, Keys, SdkConfig, connect, keys};
use infra_store::object_store::CredentialProvider;
use infra_store::object_store::aws::{AwsCredential, AwsCredentialProvider};
use infra_store::{Bucket, Location, LocationError};
use tokio::sync::Mutex;

use crate::environment::Environment;
use crate::error::Error;

/// How long before their end credentials are asked for anew.
const BEFORE_THE_END: Duration = Duration::from_secs(5 * 60);

/// The journal of a stack in a bucket. `local` is the local cloud's address, where the environment is that: a bucket of
/// S3 without an endpoint of its own is there then, and nothing else is spoken to.
pub(crate) async fn bucket(
    location: &Location,
    environment: &Environment,
    of: &str,
    name: &str,
    local: Option<&str>,
) -> Result<Bucket, Error> {
    let (location, sdk) = reached(location, environment, local).await?;
    let root = name.split('/').fold(location.root()?, |root, part| root.join(part));
    let shown = format!("{}/{name}", location.shown());
    let table = location.options.lock_table.as_ref().zip(sdk.as_ref());
    let lease = table.map(|(table, sdk)| TableLease::new(sdk, table, format!("{}/{root}", location.bucket()), &shown));
    let bucket = Bucket::new(location.store(sdk.map(credentials))?, root, shown, of);
    Ok(match lease {
        Some(lease) => bucket.leased_by(Arc::new(lease)),
        None => bucket,
    })
}

/// The stacks that have a state at a place, in whichever environment.
pub(crate) async fn stacks(location: &Location, environment: &Environment, local: Option<&str>) -> Result<Vec<String>, Error> {
    let (location, sdk) = reached(location, environment, local).await?;
    let (store, root) = (location.store(sdk.map(credentials))?, location.root()?);
    let listed = store.list_with_delimiter(Some(&root)).await;
    let listed = listed.map_err(|source| LocationError::Store { place: location.shown().to_owned(), source })?;
    Ok(listed.common_prefixes.iter().filter_map(|folder| folder.filename().map(str::to_owned)).collect())
}

/// A place with all that there is to say of it, and what opens it where that is S3.
async fn reached(location: &Location, environment: &Environment, local: Option<&str>) -> Result<(Location, Option<SdkConfig>), Error> {
    let mut location = location.clone();
    if !location.is_s3() {
        return Ok((location, None));
    }
    if location.options.endpoint.is_none() {
        location.options.endpoint = local.map(str::to_owned);
    }
    location.options.region.get_or_insert_with(|| environment.region.clone());
    let own = environment.account.as_ref().and_then(|account| account.profile.clone());
    let profile = location.options.profile.clone().or(own);
    let here = location.options.endpoint.clone().filter(|endpoint| local == Some(endpoint.as_str()));
    let connection = Connection { region: location.options.region.clone(), profile, local: here, ..Connection::default() };
    let sdk = connect(&connection).await.map_err(|source| Error::Connect { environment: environment.name.clone(), source })?;
    Ok((location, Some(sdk)))
}

fn credentials(sdk: SdkConfig) -> AwsCredentialProvider {
    Arc::new(Chain { sdk, known: Mutex::new(None) })
}

/// AWS's own order of credentials, as the engine uses it: environment, profiles, single sign-on, the machine's role.
struct Chain {
    sdk: SdkConfig,
    known: Mutex<Option<(Arc<AwsCredential>, Option<SystemTime>)>>,
}

impl std::fmt::Debug for Chain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Chain").finish_non_exhaustive()
    }
}

#[async_trait]
impl CredentialProvider for Chain {
    type Credential = AwsCredential;

    async fn get_credential(&self) -> infra_store::object_store::Result<Arc<AwsCredential>> {
        let mut known = self.known.lock().await;
        if let Some((credential, ends)) = known.as_ref()
            && ends.is_none_or(|ends| SystemTime::now() + BEFORE_THE_END < ends)
        {
            return Ok(Arc::clone(credential));
        }
        let failed = |source| infra_store::object_store::Error::Generic { store: "S3", source: Box::new(source) };
        let Keys { id, secret, token, expires } = keys(&self.sdk).await.map_err(failed)?;
        let credential = Arc::new(AwsCredential { key_id: id, secret_key: secret, token });
        *known = Some((Arc::clone(&credential), expires));
        Ok(credential)
    }
}
