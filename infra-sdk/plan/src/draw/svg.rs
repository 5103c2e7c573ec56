//! A layout as SVG, which browsers and GitHub draw.

use std::fmt::Write as _;

use super::layers::layers;

/// What a box's colour says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tint {
    /// Nothing special.
    #[default]
    Plain,
    /// It is made.
    Create,
    /// It is changed.
    Change,
    /// Another takes its place.
    Replace,
    /// It goes.
    Delete,
}

/// What is drawn.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sketch {
    /// The title.
    pub title: String,
    /// The boxes: the type, the name, the colour.
    pub boxes: Vec<(String, String, Tint)>,
    /// From what is needed to what needs it, by index.
    pub edges: Vec<(usize, usize)>,
}

/// Pixels: a box, and what is left between boxes.
const HEIGHT: f64 = 38.0;
const ROW: f64 = 50.0;
const GAP: f64 = 70.0;
const MARGIN: f64 = 24.0;
/// Pixels of a letter, a little more than it mostly has.
const LETTER: f64 = 7.9;
/// The most letters in a box.
const LETTERS: usize = 34;

impl Tint {
    /// The colours of the box and of its frame, for what draws by itself.
    pub fn colours(self) -> (&'static str, &'static str) {
        match self {
            Tint::Plain => ("#f6f8fa", "#8c959f"),
            Tint::Create => ("#dafbe1", "#1a7f37"),
            Tint::Change => ("#fff8c5", "#9a6700"),
            Tint::Replace => ("#fbefff", "#8250df"),
            Tint::Delete => ("#ffebe9", "#cf222e"),
        }
    }

    fn says(self) -> &'static str {
        match self {
            Tint::Plain => "unchanged",
            Tint::Create => "created",
            Tint::Change => "changed",
            Tint::Replace => "replaced",
            Tint::Delete => "deleted",
        }
    }
}

/// The picture. The same sketch gives the same picture.
pub fn svg(sketch: &Sketch) -> String {
    let edges: Vec<(usize, usize)> =
        sketch.edges.iter().copied().filter(|(from, to)| *from < sketch.boxes.len() && *to < sketch.boxes.len()).collect();
    let layout = layers(sketch.boxes.len(), &edges);
    let columns = layout.column.iter().max().map_or(0, |last| last + 1);
    let mut widths = vec![0.0_f64; columns];
    for (at, (kind, name, _)) in sketch.boxes.iter().enumerate() {
        let letters = shown(kind).chars().count().max(shown(name).chars().count());
        let width = &mut widths[layout.column[at]];
        *width = width.max(letters as f64 * LETTER + 20.0);
    }
    let mut left = vec![MARGIN; columns];
    for at in 1..columns {
        left[at] = left[at - 1] + widths[at - 1] + GAP;
    }
    let top = MARGIN + 34.0;
    let middle = |place: usize| top + layout.row[place] * ROW + HEIGHT / 2.0;
    let width = left.last().zip(widths.last()).map_or(320.0, |(left, width)| left + width + MARGIN).max(320.0);
    let height = layout.row.iter().copied().fold(0.0, f64::max) * ROW + HEIGHT + top + MARGIN;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" viewBox=\"0 0 {width:.0} {height:.0}\" \
         font-family=\"ui-sans-serif, system-ui, sans-serif\" font-size=\"12\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n\
         <text x=\"{MARGIN}\" y=\"{:.0}\" font-size=\"15\" font-weight=\"600\" fill=\"#1f2328\">{}</text>\n",
        MARGIN + 6.0,
        escaped(&sketch.title)
    );
    out.push_str("<g fill=\"none\" stroke=\"#8c959f\" stroke-width=\"1.2\" stroke-opacity=\"0.75\">\n");
    for path in &layout.paths {
        let Some((first, rest)) = path.split_first() else { continue };
        let mut at = (left[layout.column[*first]] + widths[layout.column[*first]], middle(*first));
        let mut line = format!("M{:.1} {:.1}", at.0, at.1);
        for place in rest {
            let column = layout.column[*place];
            let next = (left[column], middle(*place));
            let bend = (next.0 - at.0) / 2.0;
            let _ = write!(line, " C{:.1} {:.1} {:.1} {:.1} {:.1} {:.1}", at.0 + bend, at.1, next.0 - bend, next.1, next.0, next.1);
            // Where it passes a column, it goes straight on to its other side.
            at = (left[column] + widths[column], next.1);
            if *place >= sketch.boxes.len() {
                let _ = write!(line, " L{:.1} {:.1}", at.0, at.1);
            }
        }
        let _ = writeln!(out, "<path d=\"{line}\"/>");
    }
    out.push_str("</g>\n");
    for (at, (kind, name, tint)) in sketch.boxes.iter().enumerate() {
        let (x, y, width) = (left[layout.column[at]], middle(at) - HEIGHT / 2.0, widths[layout.column[at]]);
        let (fill, stroke) = tint.colours();
        let _ = writeln!(
            out,
            "<g><title>{} {}{}</title><rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{HEIGHT}\" rx=\"5\" fill=\"{fill}\" \
             stroke=\"{stroke}\"/><text x=\"{:.1}\" y=\"{:.1}\" font-size=\"10\" fill=\"#59636e\">{}</text><text x=\"{:.1}\" \
             y=\"{:.1}\" font-weight=\"600\" fill=\"#1f2328\">{}</text></g>",
            escaped(kind),
            escaped(name),
            if *tint == Tint::Plain { String::new() } else { format!(": {}", tint.says()) },
            x + 10.0,
            y + 14.0,
            escaped(&shown(kind)),
            x + 10.0,
            y + 29.0,
            escaped(&shown(name)),
        );
    }
    out.push_str("</svg>\n");
    out
}

/// As much of a text as a box has room for, its end rather than its start: names differ there.
fn shown(text: &str) -> String {
    let count = text.chars().count();
    if count <= LETTERS { text.to_owned() } else { std::iter::once('…').chain(text.chars().skip(count - LETTERS + 1)).collect() }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_box_and_edge_is_drawn_and_markup_is_only_text() {
        let sketch = Sketch {
            title: "a & b".into(),
            boxes: vec![("Net".into(), "<main>".into(), Tint::Create), ("Part".into(), "x".repeat(60), Tint::Plain)],
            edges: vec![(0, 1), (1, 7)],
        };
        let text = svg(&sketch);
        assert_eq!((text.matches("<title>").count(), text.matches("<path ").count()), (2, 1));
        assert!(text.contains("&lt;main&gt;: created") && text.contains("a &amp; b") && !text.contains("<main>"));
        assert_eq!(text, svg(&sketch));
        assert!(svg(&Sketch::default()).ends_with("</svg>\n"));
    }
}
