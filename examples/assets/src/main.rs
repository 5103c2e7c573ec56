//! Run with: cargo xtask deploy assets
//!
//! A folder as an archive, with what a command makes beside it, and a command that is run once for each content.

use infra_sdk::prelude::*;

fn assets(stack: &Stack) -> Result<(), Stop> {
    let index = Build::shell("ls *.html > $OUT/index.txt").folder("site").inputs(["home.html", "about.html"]);
    let site = Archive::dir("site").exclude("*.draft").with(index).add(stack)?;
    let publish = Command::shell("wc -c < \"$SITE\"").env("SITE", &site.path);
    let publish = Run::new("publish").command(publish).triggers([site.sha256.as_str()]).add(stack);
    stack.export("sha256", site.sha256);
    stack.export("bytes", publish.stdout());
    Ok(())
}

fn main() -> ExitCode {
    infra_sdk::main(assets)
}
