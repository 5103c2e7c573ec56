//! Reports: complete in one file, and opened in a real browser where there is one.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails, and says what it skips")]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use infra_autoscale::report::Report;
use infra_autoscale::search::{Lever, Objective, Search, Space};
use infra_autoscale::{Beanstalk, Boot, Capacity, LatencyCurve, Limits, Simulation, Talk, Unknowns, model};

fn surge() -> Simulation {
    let fleet = Beanstalk { max: 20, ..Beanstalk::cpu(15.0, 5.0, 2) }.fleet("<web & co>");
    let fleet = model::Fleet { boot: Boot::constant(60.0, 120.0), ..fleet };
    Simulation::of(fleet)
        .capacity(Capacity::linear(1.0, 0.75, 1000.0).unwrap().with_latency(LatencyCurve::single(0.02)))
        .load(Talk::load())
        .over(Unknowns::of_the_cloud())
        .limits(Limits { cpu: 50.0, latency: 0.5 })
}

fn report() -> Report {
    let outcome = surge().run().unwrap();
    let broken = outcome.assert_cpu_below(50.0).unwrap_err();
    Report::of("<web & co> under the surge", &outcome).unwrap().judged(false, format!("{}\n{}", broken.what, broken.cause))
}

/// A report of a search.
fn tuned() -> Report {
    let space = Space::empty()
        .with(Lever::MinSize, [1.0, 2.0, 3.0])
        .with(Lever::Increment, [1.0, 2.0, 4.0])
        .with(Lever::Threshold, [11.0, 15.0, 25.0])
        .with(Lever::Detailed, [0.0, 1.0]);
    let tuning = Search::of(surge(), Objective::cpu_below(50.0)).space(space).run().unwrap();
    let outcome = surge().with_fleet(tuning.fleet()).run().unwrap();
    Report::of("tuned", &outcome)
        .unwrap()
        .judged(true, "processor load below 50 %")
        .tuned(tuning, "AutoScalingGroup::new(\"web\").min_size(3)")
}

/// What would be asked of elsewhere.
fn resources(html: &str) -> Vec<&str> {
    let own = ["http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"];
    let marks = ["http://", "https://", "src=", "@import", "url(", "<link"];
    let found = marks.iter().flat_map(|mark| html.match_indices(mark).map(|(at, _)| &html[at..(at + 40).min(html.len())]));
    found.filter(|text| !own.iter().any(|own| text.starts_with(own))).collect()
}

#[test]
fn a_report_is_one_file_that_needs_nothing_else() {
    for report in [report(), tuned()] {
        let html = report.html().unwrap();
        assert_eq!(resources(&html), [""; 0]);
        assert!(html.len() < 400_000, "{}", html.len());
        assert!(html.contains("prefers-color-scheme:dark") && html.matches("<svg").count() >= 1);
    }
    let html = report().html().unwrap();
    assert!(html.contains("&lt;web &amp; co&gt; under the surge") && !html.contains("<web"));
    assert!(report().svg().unwrap().contains("@media (prefers-color-scheme:dark)"));
}

#[test]
fn the_rows_are_a_csv_that_can_be_replayed() {
    let csv = report().csv().unwrap();
    assert_eq!(csv.lines().count(), 49);
    let load = infra_autoscale::Load::replay_text(&csv).unwrap();
    assert_eq!(load.peak(), 150_000.0);
}

/// A browser without a window: Chromium or Chrome, or what `INFRA_BROWSER` names.
fn browser() -> Option<PathBuf> {
    let names = std::env::var("INFRA_BROWSER").ok().into_iter().chain(["chromium", "chromium-browser", "google-chrome"].map(str::to_owned));
    let found =
        |name: String| Command::new(&name).arg("--version").output().is_ok_and(|output| output.status.success()).then(|| name.into());
    names.into_iter().find_map(found)
}

fn open(browser: &Path, folder: &Path, dark: bool, arguments: &[&str], page: &str) -> String {
    let scheme = format!("--blink-settings=preferredColorScheme={}", if dark { 0 } else { 1 });
    let profile = format!("--user-data-dir={}", folder.join("profile").display());
    let fixed = ["--headless", "--no-sandbox", "--disable-gpu", "--window-size=1280,900", "--hide-scrollbars", &scheme, &profile];
    let url = format!("file://{}/{page}", folder.display());
    let output = Command::new(browser).args(fixed).args(arguments).arg(url).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_browser_shows_the_report_and_the_numbers_under_the_pointer() {
    let Some(browser) = browser() else {
        // Past the test harness, which hides what passing tests print.
        writeln!(std::io::stderr(), "skipped: there is no chromium; install it or name a browser with INFRA_BROWSER").unwrap();
        return;
    };
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("report");
    std::fs::create_dir_all(&folder).unwrap();
    for (name, report) in [("surge", report()), ("tuned", tuned())] {
        std::fs::write(folder.join(format!("{name}.html")), report.html().unwrap()).unwrap();
        // The script ran to its end, and shows the minute that the link names.
        let page = open(&browser, &folder, false, &["--dump-dom"], &format!("{name}.html#t=720"));
        assert!(page.contains("data-ready=\"48\""), "the script ends early");
        let tip = page.split_once("class=\"tip\"").unwrap().1.split_once("</svg>").map_or("", |(before, _)| before);
        let tip = if tip.is_empty() { page.split_once("class=\"tip\"").unwrap().1 } else { tip };
        assert!(tip.contains("<b>12:00</b>") && tip.contains("60,000") && tip.contains("display: block"), "{}", &tip[..tip.len().min(600)]);
        for (scheme, dark) in [("light", false), ("dark", true)] {
            let shot = folder.join(format!("{name}-{scheme}.png"));
            open(&browser, &folder, dark, &[&format!("--screenshot={}", shot.display())], &format!("{name}.html#t=720"));
            assert!(std::fs::metadata(&shot).unwrap().len() > 20_000, "{scheme} shows next to nothing");
        }
        // Dark is another picture.
        assert_ne!(
            std::fs::read(folder.join(format!("{name}-light.png"))).unwrap(),
            std::fs::read(folder.join(format!("{name}-dark.png"))).unwrap()
        );
    }
}
