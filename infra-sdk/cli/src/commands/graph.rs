//! `infra graph`.

use clap::{Args, ValueEnum};

use crate::Providers;
use crate::arguments::{ProgramArguments, StackArguments};
use crate::error::Error;
use crate::exit::Exit;
use crate::session::Session;
use crate::show::{drawing, json_document, print};

/// Draws what the stack's program declares, and what depends on what.
///
/// An arrow goes from a resource to one that needs it, which is the order in which they are made. The cloud is asked only
/// for lookups that have no pinned answer.
#[derive(Args)]
#[command(after_help = "\
Examples:
  infra graph web > graph.mmd
  infra graph web --format dot | dot -Tsvg > graph.svg
  infra graph web --format json")]
pub(crate) struct Graph {
    #[command(flatten)]
    pub(crate) stack: StackArguments,

    #[command(flatten)]
    pub(crate) program: ProgramArguments,

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
    /// Nodes and edges; the same as `--json`.
    Json,
}

impl Graph {
    /// Runs the command.
    pub(crate) async fn run(self, providers: Providers<'_>) -> Result<Exit, Error> {
        let session = Session::open(&self.stack, providers)?;
        let program = session.program()?;
        let graph = session.graph(&program, &self.program, &infra_apply::Known::new()).await?;
        let drawing = drawing::Drawing::of(&graph);
        match if self.stack.json { Format::Json } else { self.format } {
            Format::Mermaid => print(&drawing.mermaid())?,
            Format::Dot => print(&drawing.dot())?,
            Format::Json => json_document(&drawing)?,
        }
        Ok(Exit::Done)
    }
}
