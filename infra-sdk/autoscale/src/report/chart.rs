//! Load, fleet, processor load, answers, cost, alarms and events, one above the other on one time axis.

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::{Report, palette};
use crate::engine::{Happening, Row};
use crate::semantics::AlarmState;
use crate::{Error, Timeline};

/// Pixels of the whole, and from its edges to the plots.
pub(super) const WIDTH: u32 = 1180;
pub(super) const LEFT: u32 = 62;
pub(super) const RIGHT: u32 = 18;
const PANEL: u32 = 150;
const HEAD: u32 = 26;
const STRIP: u32 = 24;
const FOOT: u32 = 34;

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// Places on the time axis with their values.
type Points = Vec<(f64, f64)>;

/// A line of a panel.
struct Line {
    name: &'static str,
    colour: RGBColor,
    points: Points,
}

/// A panel: lines before a band.
struct Panel {
    title: &'static str,
    lines: Vec<Line>,
    band: Option<(RGBColor, Points, Points)>,
    limit: Option<f64>,
}

/// Seconds of a unit of the time axis, and its name.
pub(super) fn unit(length: i64) -> (f64, &'static str) {
    if length > 4 * 3600 { (3600.0, "hours") } else { (60.0, "minutes") }
}

pub(super) fn svg(report: &Report) -> Result<String, Error> {
    let panels = panels(report);
    let strips = report.timeline.alarms.len() as u32 + 1;
    let height = panels.len() as u32 * PANEL + HEAD + strips * STRIP + FOOT;
    let mut text = String::new();
    {
        let root = SVGBackend::with_string(&mut text, (WIDTH, height)).into_drawing_area();
        let mut rest = root.clone();
        for panel in &panels {
            let (area, below) = rest.split_vertically(PANEL as i32);
            draw(&area, panel, report).map_err(failed)?;
            rest = below;
        }
        strip(&rest, report).map_err(failed)?;
        root.present().map_err(failed)?;
    }
    Ok(text)
}

fn failed(error: impl std::fmt::Display) -> Error {
    Error::File { path: "the chart".into(), problem: error.to_string() }
}

fn panels(report: &Report) -> Vec<Panel> {
    let rows = &report.timeline.rows;
    let (scale, _) = unit(length(&report.timeline));
    let x = |row: &Row| row.at as f64 / scale;
    let line = |value: &dyn Fn(&Row) -> f64| rows.iter().map(|row| (x(row), value(row))).collect::<Vec<_>>();
    let band = |colour, value: &dyn Fn(&super::Band) -> (f64, f64)| {
        let side =
            |pick: &dyn Fn((f64, f64)) -> f64| rows.iter().zip(&report.bands).map(|(row, band)| (x(row), pick(value(band)))).collect();
        (report.runs.len() > 1).then(|| (colour, side(&|pair| pair.0), side(&|pair| pair.1)))
    };
    let one = |name, colour, points| Line { name, colour, points };
    let finite = |limit: f64| limit.is_finite().then_some(limit);
    let mut panels = vec![
        Panel { title: "Load, requests a minute", lines: vec![one("", palette::LOAD, line(&|row| row.rpm))], band: None, limit: None },
        Panel {
            title: "Fleet, hosts",
            lines: vec![
                one("wanted", palette::WANTED, sizes(&report.timeline, |row| row.desired, wanted)),
                one("serving", palette::SERVING, sizes(&report.timeline, |row| row.serving, serving)),
            ],
            band: band(palette::SERVING, &|band| band.hosts),
            limit: None,
        },
        Panel {
            title: "Processor load, %",
            lines: vec![one("asked for", palette::PEAK, line(&|row| row.peak_cpu)), one("used", palette::CPU, line(&|row| row.cpu))],
            band: band(palette::CPU, &|band| band.cpu),
            limit: finite(report.limits.cpu),
        },
    ];
    if rows.iter().any(|row| row.latency > 0.0) {
        panels.push(Panel {
            title: "Answers, seconds at the 95th percentile",
            lines: vec![one("", palette::LATENCY, line(&|row| row.latency))],
            band: band(palette::LATENCY, &|band| band.latency),
            limit: finite(report.limits.latency),
        });
    }
    panels.push(Panel {
        title: "Cost so far",
        lines: vec![one("", palette::COST, line(&|row| row.cost))],
        band: band(palette::COST, &|band| band.cost),
        limit: None,
    });
    panels
}

/// What an event says of the size that is wanted: before, and from then on.
fn wanted(what: &Happening) -> Option<(u32, u32)> {
    match what {
        Happening::Scaled { from, to, .. } | Happening::Scheduled { from, to } => Some((*from, *to)),
        _ => None,
    }
}

/// What an event says of the hosts that serve.
fn serving(what: &Happening) -> Option<(u32, u32)> {
    if let Happening::Serving { from, to } = what { Some((*from, *to)) } else { None }
}

/// A size over time, which changes when the events do: a minute's row is of its end and would be late by up to a minute.
fn sizes(timeline: &Timeline, of_row: fn(&Row) -> u32, change: fn(&Happening) -> Option<(u32, u32)>) -> Points {
    let (scale, _) = unit(length(timeline));
    let mut changes = timeline.events.iter().filter_map(|(at, what)| Some((*at, change(what)?))).peekable();
    let begin = changes.peek().map(|(_, (from, _))| *from).or_else(|| timeline.rows.first().map(of_row));
    let mut points: Points = begin.into_iter().map(|size| (0.0, f64::from(size))).collect();
    for (at, (from, to)) in changes {
        points.extend([from, to].map(|size| (at as f64 / scale, f64::from(size))));
    }
    points.extend(points.last().copied().map(|(_, size)| (length(timeline) as f64 / scale, size)));
    points
}

pub(super) fn length(timeline: &Timeline) -> i64 {
    timeline.rows.last().map_or(60, |row| row.at).max(60)
}

/// Text in pixels from the top left.
fn write(area: &Area<'_>, text: &str, at: (i32, i32), colour: RGBColor, pos: Pos, size: i32) -> Result<(), Box<dyn std::error::Error>> {
    let style = ("sans-serif", size).into_font().color(&colour).pos(pos);
    area.draw(&Text::new(text.to_owned(), at, style)).map_err(|error| error.to_string().into())
}

/// A number in few letters.
fn short(value: f64) -> String {
    let magnitude = value.abs();
    if magnitude >= 1e6 {
        format!("{}M", (value / 1e4).round() / 100.0)
    } else if magnitude >= 1e3 {
        format!("{}k", (value / 10.0).round() / 100.0)
    } else if magnitude >= 10.0 || value == 0.0 {
        format!("{}", (value * 10.0).round() / 10.0)
    } else {
        format!("{}", (value * 1000.0).round() / 1000.0)
    }
}

fn draw(area: &Area<'_>, panel: &Panel, report: &Report) -> Result<(), Box<dyn std::error::Error>> {
    let left = Pos::new(HPos::Left, VPos::Center);
    write(area, panel.title, (LEFT as i32, 13), palette::TEXT, left, 16)?;
    // The legend ends at the right edge.
    let mut right = (WIDTH - RIGHT) as i32;
    let mut entries: Vec<(&str, RGBColor)> =
        panel.lines.iter().map(|line| (line.name, line.colour)).filter(|(name, _)| !name.is_empty()).collect();
    if let Some((colour, ..)) = &panel.band {
        entries.push(("all scenarios", *colour));
    }
    for (index, (name, colour)) in entries.iter().enumerate().rev() {
        right -= name.len() as i32 * 7;
        write(area, name, (right, 13), palette::MUTED, Pos::new(HPos::Left, VPos::Center), 14)?;
        let is_band = panel.band.is_some() && index + 1 == entries.len();
        let (half, style) = if is_band { (5, colour.mix(0.25).filled()) } else { (1, colour.filled()) };
        area.draw(&Rectangle::new([(right - 20, 13 - half), (right - 6, 13 + half)], style)).map_err(|error| error.to_string())?;
        right -= 36;
    }

    let (scale, _) = unit(length(&report.timeline));
    let end = length(&report.timeline) as f64 / scale;
    let band = panel.band.iter().flat_map(|(_, low, high)| low.iter().chain(high));
    let values = panel.lines.iter().flat_map(|line| &line.points).chain(band).map(|point| point.1);
    let most = values.chain(panel.limit).filter(|value| value.is_finite()).fold(0.0, f64::max);
    let most = if most > 0.0 { most * 1.08 } else { 1.0 };
    let mut chart = ChartBuilder::on(area)
        .margin_top(HEAD)
        .margin_right(RIGHT)
        .margin_bottom(10)
        .set_label_area_size(LabelAreaPosition::Left, LEFT)
        .build_cartesian_2d(0.0..end, 0.0..most)?;
    let labels = ("sans-serif", 13).into_font().color(&palette::MUTED);
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(palette::GRID)
        .axis_style(palette::GRID)
        .label_style(labels)
        .x_labels(13)
        .y_labels(5)
        .y_label_formatter(&|value| short(*value))
        .draw()?;
    if let Some((colour, low, high)) = &panel.band {
        let outline: Vec<(f64, f64)> = high.iter().copied().chain(low.iter().rev().copied()).collect();
        chart.draw_series([Polygon::new(outline, colour.mix(0.18))])?;
    }
    if let Some(limit) = panel.limit {
        let dashes = (0..60).step_by(2).map(|dash| (f64::from(dash) / 60.0 * end, f64::from(dash + 1) / 60.0 * end));
        chart.draw_series(dashes.map(|(from, to)| PathElement::new(vec![(from, limit), (to, limit)], palette::PEAK.stroke_width(1))))?;
    }
    for line in &panel.lines {
        chart.draw_series(LineSeries::new(line.points.iter().copied(), line.colour.stroke_width(2)))?;
    }
    Ok(())
}

/// The states of alarms, what happened, and the time.
fn strip(area: &Area<'_>, report: &Report) -> Result<(), Box<dyn std::error::Error>> {
    let timeline = &report.timeline;
    let length = length(timeline);
    let across = f64::from(WIDTH - LEFT - RIGHT);
    let x = |at: i64| LEFT as i32 + (at as f64 / length as f64 * across).round() as i32;
    let left = Pos::new(HPos::Left, VPos::Center);
    write(area, "Alarms and events", (LEFT as i32, 13), palette::TEXT, left, 16)?;
    let mut legend = (WIDTH - RIGHT) as i32;
    for (name, colour) in [("ALARM", palette::PEAK), ("no data", palette::UNSURE), ("OK", palette::OK)] {
        legend -= name.len() as i32 * 8;
        write(area, name, (legend, 13), palette::MUTED, left, 14)?;
        area.draw(&Rectangle::new([(legend - 20, 8), (legend - 6, 18)], colour.filled())).map_err(|error| error.to_string())?;
        legend -= 36;
    }
    for (alarm, name) in timeline.alarms.iter().enumerate() {
        let top = (HEAD + alarm as u32 * STRIP) as i32;
        let bar = |from: i64, to: i64, state: AlarmState| {
            let colour = match state {
                AlarmState::Ok => palette::OK,
                AlarmState::Alarm => palette::PEAK,
                AlarmState::InsufficientData => palette::UNSURE,
            };
            area.draw(&Rectangle::new([(x(from), top + 14), (x(to).max(x(from) + 1), top + 20)], colour.filled()))
                .map_err(|error| error.to_string())
        };
        let (mut since, mut state) = (0, AlarmState::InsufficientData);
        for (at, what) in &timeline.events {
            if let Happening::Alarm { alarm: which, state: next, .. } = what
                && *which == alarm
            {
                bar(since, *at, state)?;
                (since, state) = (*at, *next);
            }
        }
        bar(since, length, state)?;
        write(area, name, (LEFT as i32, top + 6), palette::MUTED, left, 13)?;
    }
    let row = (HEAD + timeline.alarms.len() as u32 * STRIP + STRIP / 2) as i32;
    let line = PathElement::new(vec![(x(0), row), (x(length), row)], palette::GRID.stroke_width(1));
    area.draw(&line).map_err(|error| error.to_string())?;
    for (at, what) in &timeline.events {
        let (colour, size) = match what {
            Happening::Alarm { .. } => continue,
            Happening::Scaled { .. } | Happening::Scheduled { .. } => (palette::WANTED, 5),
            Happening::Serving { .. } => (palette::SERVING, 4),
            _ => (palette::PEAK, 6),
        };
        area.draw(&Circle::new((x(*at), row), size, colour.filled())).map_err(|error| error.to_string())?;
    }
    let (scale, name) = unit(length);
    let end = length as f64 / scale;
    let step = [1.0, 2.0, 5.0, 10.0, 15.0, 20.0, 24.0, 30.0, 60.0].into_iter().find(|step| end / step <= 14.0).unwrap_or(end / 10.0);
    let foot = row + STRIP as i32 / 2 + 12;
    let mut tick = 0.0;
    while tick <= end + 1e-9 {
        let centre = Pos::new(HPos::Center, VPos::Center);
        write(area, &format!("{tick}"), (x((tick * scale) as i64), foot), palette::MUTED, centre, 13)?;
        tick += step;
    }
    write(area, name, (4, foot), palette::MUTED, left, 13)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fleet_changes_in_the_chart_when_the_event_does() {
        let row = |at| Row { at, ..Row::default() };
        let events = vec![
            (90, Happening::Scaled { policy: 0, alarm: 0, from: 1, to: 3 }),
            (100, Happening::Replaced { count: 1 }),
            (120, Happening::Scheduled { from: 3, to: 2 }),
        ];
        let timeline = Timeline { rows: (1..=4).map(|minute| row(minute * 60)).collect(), events, ..Timeline::default() };
        let expected = [(0.0, 1.0), (1.5, 1.0), (1.5, 3.0), (2.0, 3.0), (2.0, 2.0), (4.0, 2.0)];
        assert_eq!(sizes(&timeline, |row| row.desired, wanted), expected);
        assert_eq!(sizes(&timeline, |row| row.serving, serving), [(0.0, 0.0), (4.0, 0.0)]);
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!([0.0, 0.0425, 7.25, 99.96, 1500.0, 150_000.0, 2.5e6].map(short), ["0", "0.043", "7.25", "100", "1.5k", "150k", "2.5M"]);
    }
}
