//! Where boxes stand: in columns by what they need, and within a column near what they are joined to.
//!
//! The method is Sugiyama's: layers by the longest path, stand-ins where an edge crosses a layer, and sweeps that bring each box
//! to the middle of its neighbours.

use std::collections::BTreeSet;

/// How often the order within columns is improved.
const SWEEPS: usize = 24;

/// A picture's plan.
pub(super) struct Layers {
    /// Of each place, its column.
    pub(super) column: Vec<usize>,
    /// Of each place, its distance from the top, in rows, which need not be whole.
    pub(super) row: Vec<f64>,
    /// The edges, each by the places it passes, from its first to its last.
    pub(super) paths: Vec<Vec<usize>>,
}

/// Lays out `count` boxes. Edges go from what is needed to what needs it, and make no circle; what other edges say already is
/// left out.
pub(super) fn layers(count: usize, edges: &[(usize, usize)]) -> Layers {
    let edges = reduced(count, edges);
    let mut column = columns(count, &edges);
    let mut paths = Vec::new();
    for (from, to) in &edges {
        let mut path = vec![*from];
        for between in column[*from] + 1..column[*to] {
            path.push(column.len());
            column.push(between);
        }
        path.push(*to);
        paths.push(path);
    }
    let (mut before, mut after) = (vec![Vec::new(); column.len()], vec![Vec::new(); column.len()]);
    for pair in paths.iter().flat_map(|path| path.windows(2)) {
        after[pair[0]].push(pair[1]);
        before[pair[1]].push(pair[0]);
    }
    let mut order: Vec<Vec<usize>> = vec![Vec::new(); column.iter().max().map_or(0, |last| last + 1)];
    for (place, at) in column.iter().enumerate() {
        order[*at].push(place);
    }
    let mut row = vec![0.0; column.len()];
    let number = |order: &[Vec<usize>], row: &mut [f64]| {
        for places in order {
            for (at, place) in places.iter().enumerate() {
                row[*place] = at as f64;
            }
        }
    };
    number(&order, &mut row);
    for sweep in 0..SWEEPS {
        let (forward, columns) = (sweep % 2 == 0, order.len());
        for step in 0..columns {
            let at = if forward { step } else { columns - 1 - step };
            let near = if forward { &before } else { &after };
            let wish = |place: usize| mean(&near[place], &row).unwrap_or(row[place]);
            let mut wishes: Vec<(f64, usize)> = order[at].iter().map(|place| (wish(*place), *place)).collect();
            wishes.sort_by(|a, b| a.0.total_cmp(&b.0));
            order[at] = wishes.into_iter().map(|(_, place)| place).collect();
            for (at, place) in order[at].iter().enumerate() {
                row[*place] = at as f64;
            }
        }
    }
    settle(&order, &before, &after, count, &mut row);
    Layers { column, row, paths }
}

/// The edges without those between two that a longer way joins.
fn reduced(count: usize, edges: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let edges: BTreeSet<(usize, usize)> = edges.iter().copied().filter(|(from, to)| from != to).collect();
    let mut after = vec![Vec::new(); count];
    for (from, to) in &edges {
        after[*from].push(*to);
    }
    let reaches = |from: usize, to: usize| {
        let (mut seen, mut open) = (vec![false; count], vec![from]);
        while let Some(at) = open.pop() {
            for next in after[at].iter().filter(|next| (at, **next) != (from, to)) {
                if *next == to {
                    return true;
                }
                if !std::mem::replace(&mut seen[*next], true) {
                    open.push(*next);
                }
            }
        }
        false
    };
    edges.iter().copied().filter(|(from, to)| !reaches(*from, *to)).collect()
}

/// The column of each box: one after the last of what it needs. What needs nothing stands right before what needs it.
fn columns(count: usize, edges: &[(usize, usize)]) -> Vec<usize> {
    let mut column = vec![0; count];
    // Each round makes at least one more column right, and there are no more than boxes.
    for _ in 0..count {
        let mut changed = false;
        for (from, to) in edges {
            if column[*to] <= column[*from] && column[*from] + 1 < count.max(1) {
                column[*to] = column[*from] + 1;
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
    let starts: Vec<usize> = (0..count).filter(|place| edges.iter().all(|(_, to)| to != place)).collect();
    for start in starts {
        let next = edges.iter().filter(|(from, _)| *from == start).map(|(_, to)| column[*to]).min();
        column[start] = next.map_or(0, |next| next.saturating_sub(1));
    }
    column
}

/// Brings each place as near to the middle of its neighbours as its column's order allows. Stand-ins need less room.
fn settle(order: &[Vec<usize>], before: &[Vec<usize>], after: &[Vec<usize>], count: usize, row: &mut [f64]) {
    let gap = |a: usize, b: usize| if a < count && b < count { 1.0 } else { 0.5 };
    for _ in 0..SWEEPS {
        for places in order {
            let wishes: Vec<f64> = places
                .iter()
                .map(|place| {
                    let near: Vec<usize> = before[*place].iter().chain(&after[*place]).copied().collect();
                    mean(&near, row).unwrap_or(row[*place])
                })
                .collect();
            // From above, and from below; the middle of both keeps all distances.
            let (mut down, mut up) = (wishes.clone(), wishes);
            for at in 1..places.len() {
                down[at] = down[at].max(down[at - 1] + gap(places[at - 1], places[at]));
            }
            for at in (1..places.len()).rev() {
                up[at - 1] = up[at - 1].min(up[at] - gap(places[at - 1], places[at]));
            }
            for (at, place) in places.iter().enumerate() {
                row[*place] = (down[at] + up[at]) / 2.0;
            }
        }
    }
    let top = row.iter().copied().fold(f64::INFINITY, f64::min);
    if top.is_finite() {
        row.iter_mut().for_each(|row| *row -= top);
    }
}

fn mean(places: &[usize], row: &[f64]) -> Option<f64> {
    (!places.is_empty()).then(|| places.iter().map(|place| row[*place]).sum::<f64>() / places.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_stands_right_of_what_it_needs_and_nothing_on_another() {
        let edges = [(0, 1), (1, 2), (0, 2), (0, 3), (3, 4), (2, 4), (5, 4)];
        let layers = layers(6, &edges);
        assert!(edges.iter().all(|(from, to)| layers.column[*from] < layers.column[*to]));
        for a in 0..6 {
            for b in 0..a {
                let apart = layers.column[a] != layers.column[b] || (layers.row[a] - layers.row[b]).abs() >= 0.999;
                assert!(apart, "{a} and {b}");
            }
        }
        // 0 to 2 is said by 0 to 1 to 2.
        assert_eq!(layers.paths.len(), edges.len() - 1);
        assert!(layers.paths.iter().flatten().all(|place| *place < layers.row.len()));
    }

    #[test]
    fn a_circle_and_nothing_end_too() {
        assert_eq!(layers(0, &[]).paths.len(), 0);
        let circle = layers(3, &[(0, 1), (1, 2), (2, 0)]);
        assert!(circle.row.iter().all(|row| row.is_finite()));
    }
}
