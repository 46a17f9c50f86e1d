//! Whether those answer that should.

use caretaker_core::maintenance::{Figure, Finding, Outcome};
use caretaker_core::problem::{Code, Problem};
use caretaker_core::view::ModelServerView;

use crate::engine::Engine;
use crate::words::count;

/// Servers of local models, asked now.
pub(super) async fn model_servers(engine: &Engine) -> Result<Outcome, Problem> {
    let view = engine.models(true).await?;
    if view.servers.is_empty() {
        return Err(Problem::new(Code::NotConfigured, "No server of local models was found on this machine."));
    }
    let findings: Vec<Finding> = view.servers.iter().map(told).collect();
    let up = view.servers.iter().filter(|server| server.up).count();
    let sentence = format!("{up} of {} answer.", count(view.servers.len(), "model server"));
    let figures = view.servers.iter().filter_map(|server| {
        Some(Figure { name: server.address.clone(), value: server.took_ms?, unit: "ms".to_owned() })
    });
    Ok(Outcome { figures: figures.collect(), ..Outcome::found(sentence, findings) })
}

fn told(server: &ModelServerView) -> Finding {
    let about = format!("{} {}", server.name, server.address);
    if !server.up {
        let why = if server.note.is_empty() { "it does not answer" } else { &server.note };
        return Finding::attention(about, format!("It does not work: {why}."));
    }
    let models = count(server.installed.len(), "model");
    let took = server.took_ms.map(|took| format!(" in {took:.0} ms")).unwrap_or_default();
    Finding::note(about, format!("It answers{took} and has {models}, {} of them in memory.", server.loaded.len()))
}
