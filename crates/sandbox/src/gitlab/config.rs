//! How the simulated GitLab is set up.

use super::fault::GitlabFault;

/// GitLab on the address of a [server](crate::server::Server).
#[derive(Clone, Debug, Default)]
pub struct GitlabConfig {
    /// The only good token; `None`: any token is good.
    pub token: Option<String>,
    /// What goes wrong.
    pub faults: Vec<GitlabFault>,
}
