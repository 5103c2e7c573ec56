//! The HTML file: style, charts, data and script in one, with nothing from elsewhere.

use std::fmt::Write as _;

use serde_json::json;

use super::{Report, chart, front, palette};
use crate::cause::{clock, describe};
use crate::search::Tuning;
use crate::{Error, Summary};

/// Scenarios that are listed.
const LISTED: usize = 12;

pub(super) fn page(report: &Report) -> Result<String, Error> {
    let mut body = String::new();
    head(&mut body, report);
    cards(&mut body, report);
    put(
        &mut body,
        format_args!("<h2>{}</h2>", if report.runs.len() > 1 { "The worst scenario, before the bands of all" } else { "The run" }),
    );
    put(&mut body, format_args!("<p class=\"muted\">{}</p>", escaped(&report.scenario.to_string())));
    put(
        &mut body,
        format_args!(
            "<div class=\"scroll\"><div class=\"chart\">{}<div class=\"cursor\"></div><div class=\"tip\"></div></div></div>",
            chart::svg(report)?
        ),
    );
    if let Some((tuning, rust)) = &report.tuning {
        search(&mut body, tuning, rust)?;
    }
    events(&mut body, report);
    scenarios(&mut body, report);
    let style = format!("{}@media (prefers-color-scheme:dark){{{}}}", include_str!("style.css"), palette::dark());
    // Nothing in the data can end the element that it is in.
    let data = data(report).to_string().replace('<', "\\u003c");
    let title = escaped(&report.title);
    let script = include_str!("script.js");
    Ok(format!(
        "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>{title}</title><style>{style}</style></head>\n<body>\n{body}\
         <script type=\"application/json\" id=\"data\">{data}</script>\n<script>\n{script}</script>\n</body>\n</html>\n"
    ))
}

/// Writes to a text, which cannot fail.
fn put(to: &mut String, what: std::fmt::Arguments<'_>) {
    let _ = to.write_fmt(what);
    to.push('\n');
}

fn head(body: &mut String, report: &Report) {
    put(body, format_args!("<h1>{}</h1>", escaped(&report.title)));
    let (count, length) = (report.runs.len(), clock(chart::length(&report.timeline)));
    put(body, format_args!("<p class=\"muted\">{count} scenario{} of {length}</p>", if count == 1 { "" } else { "s" }));
    match &report.verdict {
        Some(Ok(words)) => put(body, format_args!("<p class=\"verdict\">{}</p>", marked_up(words))),
        Some(Err(words)) => put(body, format_args!("<p class=\"verdict bad\">{}</p>", marked_up(words))),
        None => {}
    }
}

fn cards(body: &mut String, report: &Report) {
    let range = |value: &dyn Fn(&Summary) -> f64| {
        report
            .runs
            .iter()
            .map(|(_, summary)| value(summary))
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)))
    };
    let words = |(low, high): (f64, f64), digits: usize, unit: &str| {
        let (low, high) = (format!("{low:.digits$}"), format!("{high:.digits$}"));
        if low == high { format!("{low}{unit}") } else { format!("{low} – {high}{unit}") }
    };
    let mut cards = vec![
        ("peak processor load", words(range(&|run| run.peak_cpu), 1, " %")),
        ("mean processor load", words(range(&|run| run.mean_cpu), 1, " %")),
        ("most hosts", words(range(&|run| f64::from(run.most_hosts)), 0, "")),
        ("host-hours", words(range(&|run| run.host_hours), 2, "")),
        ("cost", words(range(&|run| run.cost), 2, "")),
    ];
    if report.limits.cpu.is_finite() {
        cards.push(("minutes above the limit", words(range(&|run| run.over_cpu / 60.0), 1, "")));
    }
    if report.runs.iter().any(|(_, run)| run.peak_latency > 0.0) {
        cards.push(("longest answers, p95", words(range(&|run| run.peak_latency), 2, " s")));
    }
    if report.runs.iter().any(|(_, run)| run.lost > 0.0) {
        cards.push(("requests lost", words(range(&|run| run.lost), 0, "")));
    }
    let cards: String =
        cards.into_iter().map(|(name, value)| format!("<div class=\"card\"><b>{value}</b><span>{name}</span></div>")).collect();
    put(body, format_args!("<div class=\"cards\">{cards}</div>"));
}

fn search(body: &mut String, tuning: &Tuning, rust: &str) -> Result<(), Error> {
    put(body, format_args!("<h2>The search</h2>"));
    let verb = if tuning.chosen.holds { "holds at the least cost" } else { "breaks least; nothing holds" };
    put(body, format_args!("<p>Of {} settings, {verb}: <b>{}</b></p>", tuning.settings, escaped(&tuning.chosen.to_string())));
    for rejected in &tuning.rejected {
        put(body, format_args!("<p class=\"muted\">{} were left out, the first since {}</p>", rejected.count, escaped(&rejected.reason)));
    }
    put(body, format_args!("<div class=\"split\"><div>{}</div><div>", front::svg(tuning)?));
    let mut rows = String::new();
    for choice in tuning.front.iter().rev().take(LISTED) {
        let score = &choice.score;
        let class = if choice.holds { "" } else { " bad" };
        let _ = write!(
            rows,
            "<tr><td>{}</td><td class=\"number\">{:.2}</td><td class=\"number\">{:.1}</td><td class=\"number{class}\">{:.1} %</td></tr>",
            escaped(&choice.to_string()),
            score.cost,
            score.violation,
            score.peak_cpu
        );
    }
    put(
        body,
        format_args!(
            "<table><tr><th>setting</th><th class=\"number\">cost</th><th class=\"number\">minutes above</th><th class=\"number\">peak</th></tr>{rows}</table>\
             <p class=\"muted\">the ring is the stack as it is declared</p></div></div>"
        ),
    );
    if !rust.is_empty() {
        put(body, format_args!("<pre>{}</pre>", escaped(rust)));
    }
    for edge in &tuning.margin {
        let (lever, chosen, fails) = (edge.lever, edge.lever.words(edge.chosen), edge.lever.words(edge.fails));
        let (first, broken) = (escaped(&edge.first.to_string()), edge.broken);
        put(
            body,
            format_args!(
                "<p>{lever} {fails} instead of {chosen} breaks {broken} scenarios, first: <span class=\"muted\">{first}</span></p>"
            ),
        );
    }
    if let Some(limit) = &tuning.limit {
        let (times, first) = (limit.times, escaped(&limit.scenario.to_string()));
        put(body, format_args!("<p>{times} times the load breaks it first: <span class=\"muted\">{first}</span></p>"));
    }
    Ok(())
}

fn events(body: &mut String, report: &Report) {
    let rows: String = report
        .timeline
        .events
        .iter()
        .take(400)
        .map(|(at, what)| format!("<tr><td>{}</td><td>{}</td></tr>", clock(*at), marked_up(&describe(what, &report.timeline))))
        .collect();
    put(body, format_args!("<div class=\"split\"><div><h2>Events</h2><table><tr><th>time</th><th>what</th></tr>{rows}</table></div>"));
}

fn scenarios(body: &mut String, report: &Report) {
    let mut runs: Vec<_> = report.runs.iter().collect();
    runs.sort_by(|a, b| b.1.peak_cpu.total_cmp(&a.1.peak_cpu));
    let rows: String = runs
        .iter()
        .take(LISTED)
        .map(|(scenario, run)| {
            let class = if run.peak_cpu >= report.limits.cpu { " bad" } else { "" };
            format!(
                "<tr><td>{}</td><td class=\"number{class}\">{:.1} %</td><td class=\"number\">{}</td><td class=\"number\">{:.2}</td></tr>",
                escaped(&scenario.to_string()),
                run.peak_cpu,
                run.most_hosts,
                run.cost
            )
        })
        .collect();
    put(
        body,
        format_args!(
            "<div><h2>Scenarios, the worst first</h2><table><tr><th>scenario</th><th class=\"number\">peak</th><th class=\"number\">hosts</th>\
             <th class=\"number\">cost</th></tr>{rows}</table></div></div>"
        ),
    );
}

fn data(report: &Report) -> serde_json::Value {
    let timeline = &report.timeline;
    let rounded = |value: f64| (value * 1e4).round() / 1e4;
    let rows: Vec<_> = timeline
        .rows
        .iter()
        .zip(&report.bands)
        .map(|(row, band)| {
            let (cpu, peak, low, high) = (rounded(row.cpu), rounded(row.peak_cpu), rounded(band.cpu.0), rounded(band.cpu.1));
            json!([row.at, rounded(row.rpm), row.serving, row.desired, cpu, peak, low, high, rounded(row.latency), rounded(row.cost)])
        })
        .collect();
    json!({
        "width": chart::WIDTH, "left": chart::LEFT, "right": chart::RIGHT, "length": chart::length(timeline),
        "latency": timeline.rows.iter().any(|row| row.latency > 0.0),
        "rows": rows,
        "events": timeline.events.iter().map(|(at, what)| json!([at, describe(what, timeline)])).collect::<Vec<_>>(),
    })
}

/// The same with names between backticks as code.
fn marked_up(text: &str) -> String {
    let parts: Vec<String> = escaped(text).split('`').map(str::to_owned).collect();
    // An odd one out begins nothing.
    if parts.len().is_multiple_of(2) {
        return parts.join("`");
    }
    let code = |(index, part): (usize, String)| if index % 2 == 1 { format!("<code>{part}</code>") } else { part };
    parts.into_iter().enumerate().map(code).collect()
}

/// Text as HTML shows it.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_between_backticks_are_code() {
        assert_eq!(marked_up("`up` goes & `<b>`"), "<code>up</code> goes &amp; <code>&lt;b&gt;</code>");
        assert_eq!(marked_up("an odd ` one"), "an odd ` one");
    }

    #[test]
    fn names_cannot_become_markup() {
        assert_eq!(escaped("<b>\"a\" & b</b>"), "&lt;b&gt;&quot;a&quot; &amp; b&lt;/b&gt;");
    }
}
