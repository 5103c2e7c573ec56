//! `infra graph`.

use clap::{Args, ValueEnum};
use infra_apply::{Journal, settled};

use crate::Providers;
use crate::arguments::{ProgramArguments, StackArguments};
use crate::error::Error;
use crate::exit::Exit;
use crate::progress::Progress;
use crate::session::Session;
use crate::show::{drawing, json_document, print};

/// Draws what the stack's program declares, and what depends on what.
///
/// An arrow goes from a resource to one that needs it, which is the order in which they are made. Without `--plan`, the cloud
/// is asked only for lookups that have no pinned answer.
#[derive(Args)]
#[command(after_help = "\
Examples:
  infra graph web > graph.mmd
  infra graph web --format svg > graph.svg
  infra graph web --env production --plan --format svg > plan.svg
  infra graph web --format dot | dot -Tpng > graph.png
  infra graph web --format json")]
pub(crate) struct Graph {
    #[command(flatten)]
    pub(crate) stack: StackArguments,

    #[command(flatten)]
    pub(crate) program: ProgramArguments,

    /// Colours each resource by what a deployment would do to it: green is made, yellow changed, violet replaced, red deleted.
    #[arg(long)]
    pub(crate) plan: bool,

    /// The form of the drawing.
    #[arg(long, value_enum, default_value_t = Format::Mermaid)]
    pub(crate) format: Format,
}

/// The form of a drawing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Mermaid, which GitHub draws.
    Mermaid,
    /// Graphviz.
    Dot,
    /// A picture that browsers show.
    Svg,
    /// Nodes and edges; the same as `--json`.
    Json,
}

impl Graph {
    /// Runs the command.
    pub(crate) async fn run(self, providers: Providers<'_>) -> Result<Exit, Error> {
        let session = Session::open(&self.stack, providers)?;
        let program = session.program()?;
        let known = infra_apply::Known::new();
        let mut graph = session.graph(&program, &self.program, &known).await?;
        let mut drawing = drawing::Drawing::of(&graph);
        if self.plan {
            let cloud = session.cloud().await?;
            let state = session.place.peek(cloud.memory.as_deref()).await?.unwrap_or_default();
            let (engine, journal) = (cloud.engine(None), Journal::in_memory(session.opened(state).await?));
            let progress = Progress::new(false, cloud.names());
            let settled = settled(async |known| {
                let graph = session.graph(&program, &self.program, known).await?;
                let plan = engine.plan(&graph, &journal, &progress).await?;
                Ok::<_, Error>((graph, plan))
            });
            let settled = settled.await;
            progress.end();
            let plan;
            (graph, plan) = settled?;
            drawing = drawing::Drawing::of(&graph).coloured(&plan);
        }
        match if self.stack.json { Format::Json } else { self.format } {
            Format::Mermaid => print(&drawing.mermaid())?,
            Format::Dot => print(&drawing.dot())?,
            Format::Svg => print(&drawing.svg())?,
            Format::Json => json_document(&drawing)?,
        }
        Ok(Exit::Done)
    }
}
