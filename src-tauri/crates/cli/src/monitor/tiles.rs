//! The figures of the machine: each with its graph where there is room, a line each where there is not.

use caretaker_core::view::{OverallState, Tile};

use super::graph::{Bounds, Frame, graph};
use super::row::{Row, length};
use super::snapshot::Snapshot;
use crate::render::{Colour, overall_sign};

/// Narrower graphs say too little.
const NARROWEST: usize = 28;
/// Wider ones say no more.
const WIDEST: usize = 60;
const GAP: usize = 3;
const GRAPH_ROWS: usize = 2;
/// Title, graph, details, and a blank below.
const TILE_ROWS: usize = GRAPH_ROWS + 3;

/// Rows of [`large`] for so many tiles.
pub fn large_rows(tiles: usize, width: usize) -> usize {
    (tiles.div_ceil(across(width, tiles)) * TILE_ROWS).saturating_sub(1)
}

/// Tiles beside and below each other.
pub fn large(snapshot: &Snapshot, width: usize) -> Vec<Row> {
    let tiles = &snapshot.overview.tiles;
    let across = across(width, tiles.len());
    let each = ((width + GAP) / across - GAP).min(WIDEST);
    let mut rows = Vec::new();
    for line in tiles.chunks(across) {
        if !rows.is_empty() {
            rows.push(Row::new());
        }
        let mut blocks: Vec<std::vec::IntoIter<Row>> =
            line.iter().map(|tile| block(snapshot, tile, each).into_iter()).collect();
        for _ in 0..TILE_ROWS - 1 {
            let parts = blocks.iter_mut().map(|block| block.next().unwrap_or_default().fitted(each));
            rows.push(parts.reduce(|left, right| left.add(" ".repeat(GAP), None).join(right)).unwrap_or_default());
        }
    }
    rows
}

fn across(width: usize, tiles: usize) -> usize {
    ((width + GAP) / (NARROWEST + GAP)).clamp(1, tiles.clamp(1, 4))
}

fn block(snapshot: &Snapshot, tile: &Tile, width: usize) -> Vec<Row> {
    let title = Row::new().add(tile.title.as_str(), Some(Colour::Bold));
    let title = if tile.unusual.is_some() { title.add(" ◇", Some(Colour::Dim)) } else { title };
    let mut rows = vec![title.with_right(value(tile), width)];
    let (points, from) = snapshot.points(tile);
    let frame = Frame { from, to: snapshot.overview.to, width, height: GRAPH_ROWS };
    rows.extend(graph(points, tile.unit, bounds(tile), frame));
    rows.push(Row::in_colour(details(tile), Colour::Dim));
    rows
}

fn bounds(tile: &Tile) -> Bounds {
    // Rules judge means and forecasts too; their bounds stand on the scale of the series only if the unit is the same,
    // which the tile has seen to by showing them.
    Bounds { warning: tile.warning, critical: tile.critical }
}

fn value(tile: &Tile) -> Row {
    let sign = overall_sign(tile.state);
    match tile.state {
        OverallState::Warning | OverallState::Critical => {
            Row::new().add(format!("{} {}", sign.shape, tile.text), Some(sign.colour))
        }
        OverallState::Ok | OverallState::Unknown => Row::plain(tile.text.as_str()),
    }
}

/// Why it stands as it does, then the further figures.
fn details(tile: &Tile) -> String {
    let reason = Some(tile.reason.clone()).filter(|reason| !reason.is_empty());
    let unusual = tile.unusual.as_ref().map(|unusual| unusual.text.clone());
    let further = tile.details.iter().map(|detail| format!("{} {}", detail.label.to_lowercase(), detail.text));
    reason.into_iter().chain(unusual).chain(further).collect::<Vec<_>>().join(", ")
}

/// A line for each tile: title, value, graph of one row, details.
pub fn small(snapshot: &Snapshot, width: usize) -> Vec<Row> {
    let tiles = &snapshot.overview.tiles;
    let title = tiles.iter().map(|tile| length(&tile.title)).max().unwrap_or(0).min(18);
    let text = tiles.iter().map(|tile| value(tile).width()).max().unwrap_or(0);
    let spark = (width / 3).clamp(8, 40);
    tiles
        .iter()
        .map(|tile| {
            let (points, from) = snapshot.points(tile);
            let frame = Frame { from, to: snapshot.overview.to, width: spark, height: 1 };
            let drawn = graph(points, tile.unit, bounds(tile), frame).pop().unwrap_or_default();
            let value = value(tile);
            let before = " ".repeat(text.saturating_sub(value.width()));
            Row::plain(tile.title.as_str())
                .fitted(title)
                .add(format!("  {before}"), None)
                .join(value)
                .add("  ", None)
                .join(drawn.fitted(spark))
                .add(format!("  {}", details(tile)), Some(Colour::Dim))
                .cut(width)
        })
        .collect()
}
