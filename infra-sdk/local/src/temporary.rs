//! A local cloud for the length of a test.

use tempfile::TempDir;

use crate::{Endpoint, LocalCloud, LocalError};

/// A running local cloud that ends, and leaves nothing behind, when it is dropped.
#[derive(Debug)]
pub struct TemporaryCloud {
    cloud: LocalCloud,
    endpoint: Endpoint,
    // Removed after the server has ended, as fields are dropped after `drop` has run.
    _folder: TempDir,
}

impl TemporaryCloud {
    /// Starts one.
    pub(crate) fn start() -> Result<Self, LocalError> {
        let folder =
            tempfile::Builder::new().prefix("infra-local-").tempdir().map_err(crate::error::file("make", &std::env::temp_dir()))?;
        let cloud = LocalCloud::in_folder(folder.path()).owned();
        let endpoint = cloud.start(&mut |_| {})?;
        Ok(Self { cloud, endpoint, _folder: folder })
    }

    /// Where it was when it was started. A reset changes its memory's name.
    #[must_use]
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// The cloud itself, to be reset, say.
    #[must_use]
    pub fn cloud(&self) -> &LocalCloud {
        &self.cloud
    }
}

impl Drop for TemporaryCloud {
    fn drop(&mut self) {
        // If it cannot be stopped, it ends by itself as soon as it sees its folder gone.
        let _ = self.cloud.stop();
    }
}
