//! A whole round in the engine: collectors on their threads, stored, judged, committed; on the real machine in a home of
//! its own, empty or with samples. Nobody is notified.

use std::path::Path;
use std::time::Instant;

use caretaker_core::config::Platform;
use caretaker_core::time::Span;
use caretaker_engine::{Engine, EngineOptions, Mode, machine_ports};
use caretaker_platform::home::Home;
use caretaker_platform::lock::{EngineLock, Owner};

use super::Outcome;
use super::options::Options;
use super::programs::copy_files;
use super::report::Row;
use super::sleepers::process_count;
use super::times::{Times, figure, own_cpu_time};

const LIMIT: f64 = 8.0;

/// One row for the CPU time of all threads, one for how long a round takes.
pub async fn rows(options: &Options, samples: Option<&Path>) -> Outcome<Vec<Row>> {
    let folder = tempfile::tempdir()?;
    let home = Home::locate(Some(&folder.path().join("home")))?.prepare()?;
    if let Some(samples) = samples {
        copy_files(samples, &folder.path().join("home"))?;
    }
    let mut ports = machine_ports(&home);
    ports.notifier = None;
    let owner = Owner::this_process("bench", env!("CARGO_PKG_VERSION"), ports.clock.moment().wall);
    let _lock = EngineLock::try_acquire(&home.lock(), &owner)?.ok_or("the home is in use")?;
    let clock = std::sync::Arc::clone(&ports.clock);
    let engine_options = EngineOptions {
        configuration: home.configuration(),
        home,
        environment: Vec::new(),
        platform: if cfg!(target_os = "macos") { Platform::MacOs } else { Platform::Linux },
        program: "bench".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        ports,
    };
    let engine = Engine::open(engine_options, Mode::Operation)?;
    let mut times = Times::default();
    for number in 0..=options.choose(200, 60) {
        let (begun, cpu) = (Instant::now(), own_cpu_time());
        engine.round().await?;
        if number > 0 {
            times.note(begun.elapsed(), own_cpu_time().saturating_sub(cpu));
        }
        // Lets rates have a denominator without making the run long.
        clock.sleep(Span::from_millis(20)).await;
    }
    engine.close().await;
    let measured = format!(
        "median {} ms, p95 {} ms CPU, {} rounds, {} processes",
        figure(times.cpu(0.5)),
        figure(times.cpu(0.95)),
        times.count(),
        process_count()
    );
    Ok(vec![
        Row::at_most("Round in the engine, CPU: collect, store, judge", times.cpu(0.5), LIMIT, "ms", measured),
        Row::information("Round in the engine, wall time", times.in_words()),
    ])
}
