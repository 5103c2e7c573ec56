//! The front of a search as a picture: cost against minutes above the limits.

use plotters::prelude::*;

use super::palette;
use crate::Error;
use crate::search::Tuning;

pub(super) fn svg(tuning: &Tuning) -> Result<String, Error> {
    let failed = |error: &dyn std::fmt::Display| Error::File { path: "the chart".into(), problem: error.to_string() };
    let mut text = String::new();
    {
        let root = SVGBackend::with_string(&mut text, (560, 300)).into_drawing_area();
        let finite = tuning.front.iter().filter(|choice| choice.score.cost.is_finite());
        let points: Vec<(f64, f64, bool)> = finite.map(|choice| (choice.score.cost, choice.score.violation, choice.holds)).collect();
        let present = (tuning.present.cost, tuning.present.violation);
        let all = || points.iter().map(|point| (point.0, point.1)).chain([present]);
        let (least, greatest) = all().fold((f64::INFINITY, 0.0_f64), |(low, high), (cost, _)| (low.min(cost), high.max(cost)));
        let room = ((greatest - least) * 0.08).max(greatest * 0.02).max(1e-6);
        let most = all().map(|point| point.1).fold(0.0, f64::max).max(1.0);
        let mut chart = ChartBuilder::on(&root)
            .margin(12)
            .set_label_area_size(LabelAreaPosition::Left, 56)
            .set_label_area_size(LabelAreaPosition::Bottom, 44)
            .build_cartesian_2d((least - room).max(0.0)..greatest + room, -most * 0.06..most * 1.08)
            .map_err(|error| failed(&error))?;
        let labels = ("sans-serif", 13).into_font().color(&palette::MUTED);
        chart
            .configure_mesh()
            .light_line_style(TRANSPARENT)
            .bold_line_style(palette::GRID)
            .axis_style(palette::GRID)
            .label_style(labels.clone())
            .axis_desc_style(labels)
            .x_labels(6)
            .y_labels(6)
            .x_label_formatter(&|cost| format!("{}", (cost * 100.0).round() / 100.0))
            .x_desc("cost of a run, on average")
            .y_desc("minutes above the limits")
            .draw()
            .map_err(|error| failed(&error))?;
        let line = LineSeries::new(points.iter().map(|point| (point.0, point.1)), palette::GRID.stroke_width(2));
        chart.draw_series(line).map_err(|error| failed(&error))?;
        let dots = points.iter().map(|(cost, violation, holds)| {
            let colour = if *holds { palette::COST } else { palette::CPU };
            Circle::new((*cost, *violation), 5, colour.filled())
        });
        chart.draw_series(dots).map_err(|error| failed(&error))?;
        chart.draw_series([Circle::new(present, 6, palette::PEAK.stroke_width(2))]).map_err(|error| failed(&error))?;
        root.present().map_err(|error| failed(&error))?;
    }
    Ok(text)
}
