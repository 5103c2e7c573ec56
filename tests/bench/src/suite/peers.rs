//! Our engine beside others: the same graphs, the same deeds, one run.

use crate::peer::ours::Ours;
use crate::peer::{Done, Peer, life};
use crate::shape::Shape;
use crate::table::{Table, bytes, count, ratio, time, word};

/// Measures our engine and the others on graphs of these shapes and sizes. An engine whose `largest` size is smaller is
/// left out of what is larger.
///
/// # Errors
/// The first that fails.
pub fn run(peers: &[(Box<dyn Peer>, usize)], shapes: &[Shape], sizes: &[usize]) -> Result<Table, String> {
    let columns = ["shape", "resources", "deed", "engine", "wall", "cpu", "peak memory", "state", "cpu of ours times"];
    let mut table = Table::new(&columns);
    for shape in shapes {
        for size in sizes {
            let ours = life(&Ours, *shape, *size)?;
            add(&mut table, *shape, *size, &Ours, &ours, &ours);
            for (peer, _) in peers.iter().filter(|(_, largest)| size <= largest) {
                add(&mut table, *shape, *size, peer.as_ref(), &life(peer.as_ref(), *shape, *size)?, &ours);
            }
        }
    }
    Ok(table)
}

fn add(table: &mut Table, shape: Shape, size: usize, peer: &dyn Peer, all: &[Done], ours: &[Done]) {
    for Done { deed, cost, state } in all {
        let Some(own) = ours.iter().find(|own| own.deed == *deed) else { continue };
        let times = cost.cpu.as_secs_f64() / own.cost.cpu.as_secs_f64().max(1e-6);
        table.row(vec![
            word(shape.name()),
            count(size as u64),
            word(deed.name()),
            word(peer.name()),
            time(cost.wall),
            time(cost.cpu),
            bytes(cost.memory),
            bytes(*state),
            ratio(times, 1),
        ]);
    }
}
