//! `infra iam`.

use std::collections::BTreeMap;

use clap::{Args, ValueEnum};
use infra_apply::{PlanError, settled};
use infra_plan::{Observed, plan, plan_destroy};
use infra_policy::permissions::{Basis, Purpose, least};
use infra_seal::GuardName;

use crate::Providers;
use crate::arguments::{ProgramArguments, StackArguments};
use crate::error::Error;
use crate::exit::Exit;
use crate::session::Session;
use crate::show::{json_document, note};

/// Prints the least IAM policy that a run needs.
///
/// It is made from what the program declares and what the state remembers, as if the cloud were as it was left: no cloud is
/// called, so that no permissions are needed to find out which are. What lookups ask is not in it, as their answers are
/// pinned. A deployment that repairs what somebody changed may need more: then the error names the permission.
#[derive(Args)]
#[command(after_help = "\
Examples:
  infra iam web --env production
  infra iam web --env production --for plan > ci.json
  infra iam web --env production --for destroy")]
pub(crate) struct Iam {
    #[command(flatten)]
    pub(crate) stack: StackArguments,

    #[command(flatten)]
    pub(crate) program: ProgramArguments,

    /// What the permissions are for.
    #[arg(long = "for", value_enum, default_value_t = For::Deploy)]
    pub(crate) purpose: For,
}

/// What permissions are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum For {
    /// Deploying what the program declares.
    Deploy,
    /// Destroying what was deployed.
    Destroy,
    /// Showing the plan.
    Plan,
}

impl Iam {
    /// Runs the command.
    pub(crate) async fn run(self, providers: Providers<'_>) -> Result<Exit, Error> {
        let session = Session::open(&self.stack, providers)?;
        let state = session.place.recorded().await?.unwrap_or_default();
        let observed = Observed::default();
        let wrong = |problems| Error::Plan(PlanError::Wrong(problems));
        let (graph, planned) = match self.purpose {
            For::Destroy => {
                let planned = plan_destroy(&session.stack, &state, &observed, |address| address.kind().to_string());
                (None, planned.map_err(wrong)?)
            }
            For::Deploy | For::Plan => {
                let program = session.program()?;
                let state = session.opened(state.clone()).await?;
                let settled = settled(async |known| {
                    let graph = session.graph(&program, &self.program, known).await?;
                    let planned = plan(&graph, &state, &observed).map_err(wrong)?;
                    Ok::<_, Error>((graph, planned))
                });
                let (graph, planned) = settled.await?;
                if planned.is_waiting() {
                    note("what parts of the program declare is not known before the deployment, and not in it");
                }
                (Some(graph), planned)
            }
        };
        let schemas: BTreeMap<_, _> = infra_aws::schemas().into_iter().map(|schema| (schema.kind.clone(), schema)).collect();
        let account = session.environment.account.as_ref().map(|account| account.id.as_str());
        let basis = Basis { schemas: &schemas, graph: graph.as_ref(), plan: &planned, state: &state, account };
        let purpose = match self.purpose {
            For::Deploy => Purpose::Deploy,
            For::Destroy => Purpose::Destroy,
            For::Plan => Purpose::Plan,
        };
        let (policy, unknown) = least(purpose, &basis);
        for kind in unknown {
            note(&format!("nobody knows what `{kind}` needs: add that by hand"));
        }
        if let guard @ GuardName::Kms(_) = &session.environment.key {
            note(&format!("the state's secrets are sealed with {guard}: kms:Encrypt and kms:Decrypt on that key are not in it"));
        }
        json_document(&policy)?;
        Ok(Exit::Done)
    }
}
