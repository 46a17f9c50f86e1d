//! What a backup in the background costs others: a small service over HTTP with a SQLite database is asked at an even pace, alone
//! and while its machine backs up. Latency counts from the moment at which a request was due, so that a stall shows in all of them.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::process::Command;

use super::super::Outcome;
use super::super::options::Options;
use super::super::programs::until;
use super::super::report::Row;
use super::ours::{JOB, Ours};

const ADDRESS: &str = "127.0.0.1:19873";
/// Between two requests: 100 a second.
const PACE: Duration = Duration::from_millis(10);
/// The share by which the 95th percentile may rise, %.
const LIMIT: f64 = 10.0;

/// A row for a backup in the background, and one for a backup in a hurry.
pub async fn rows(options: &Options, source: &Path) -> Outcome<Vec<Row>> {
    let folder = tempfile::tempdir_in(super::super::storage::scratch())?;
    let own = source.parent().ok_or("the source has no folder")?;
    let ours = Ours::new(options, own)?;
    let database = folder.path().join("service.sqlite");
    let mut service = Command::new("python3")
        .args(["-c", SERVICE, &database.display().to_string(), ADDRESS.rsplit(':').next().unwrap_or_default()])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    until("the service", async || TcpStream::connect(ADDRESS).await.ok()).await?;
    let span = Duration::from_secs(options.choose(20, 6));
    let mut alone = Vec::new();
    let (mut behind, mut hurried) = (Vec::new(), Vec::new());
    // In turn, so that what else happens on the machine meets all of them.
    for _ in 0..options.choose(3, 2) {
        alone.extend(asked(span).await?);
        behind.extend(beside(&ours, &["create", JOB, "--type", "full"], span).await?);
        hurried.extend(beside(&ours, &["create", JOB, "--type", "full", "--now"], span).await?);
    }
    service.kill().await?;
    let (before, during, fast) = (Figures::of(alone), Figures::of(behind), Figures::of(hurried));
    let rise = |now: &Figures| (now.p95 / before.p95 - 1.0) * 100.0;
    let words = |now: &Figures| {
        format!("p95 {:+.0} %: {} instead of {}; {} requests", rise(now), now.words(), before.words(), now.count)
    };
    let title = "A service of 100 requests a second while its machine backs up in the background";
    let background = if options.quick {
        Row::information(title, words(&during))
    } else {
        Row::at_most(title, rise(&during), LIMIT, "%", words(&during))
    };
    Ok(vec![background, Row::information("The same with `--now`, which asks for no consideration", words(&fast))])
}

/// Asks while backups follow one another.
async fn beside(ours: &Ours, words: &[&str], span: Duration) -> Outcome<Vec<Duration>> {
    let backups = async {
        loop {
            let mut command = Command::from(ours.command(words));
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
            if !command.status().await.is_ok_and(|status| matches!(status.code(), Some(0 | 3))) {
                return;
            }
        }
    };
    tokio::select! {
        latencies = asked(span) => latencies,
        () = backups => Err("a backup failed meanwhile".into()),
    }
}

/// Asks at the pace; how long each answer took from when it was due.
async fn asked(span: Duration) -> Outcome<Vec<Duration>> {
    let mut stream = TcpStream::connect(ADDRESS).await?;
    stream.set_nodelay(true)?;
    let begun = Instant::now();
    let mut latencies = Vec::new();
    let mut buffer = vec![0; 16 << 10];
    for number in 0_u32.. {
        let due = PACE * number;
        if due >= span {
            break;
        }
        tokio::time::sleep(due.saturating_sub(begun.elapsed())).await;
        // Every tenth one writes.
        let method = if number % 10 == 0 { "POST" } else { "GET" };
        let request = format!("{method} /{} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", number % 5_000);
        stream.write_all(request.as_bytes()).await?;
        let mut got = 0;
        // Head and body come in one piece that ends with this.
        while !buffer.get(..got).is_some_and(|bytes| bytes.ends_with(b"\n\n")) {
            let room = buffer.get_mut(got..).filter(|room| !room.is_empty()).ok_or("the answer is too long")?;
            match stream.read(room).await? {
                0 => return Err("the service hung up".into()),
                more => got += more,
            }
        }
        latencies.push(begun.elapsed().saturating_sub(due));
    }
    Ok(latencies)
}

struct Figures {
    p50: f64,
    p95: f64,
    count: usize,
}

impl Figures {
    fn of(mut latencies: Vec<Duration>) -> Self {
        latencies.sort();
        let at = |share: f64| {
            let place = (latencies.len() as f64 * share) as usize;
            latencies.get(place.min(latencies.len().saturating_sub(1))).map_or(0.0, |one| one.as_secs_f64() * 1e3)
        };
        Self { p50: at(0.5), p95: at(0.95), count: latencies.len() }
    }

    fn words(&self) -> String {
        format!("p50 {:.2} ms, p95 {:.2} ms", self.p50, self.p95)
    }
}

/// A service as people write them: threads, a query over some rows, a commit for a write.
const SERVICE: &str = "
import http.server, sqlite3, sys, threading
path = sys.argv[1]
local = threading.local()
def connection():
    if not hasattr(local, 'db'):
        local.db = sqlite3.connect(path, timeout=5)
    return local.db
db = connection()
db.execute('PRAGMA journal_mode=WAL')
db.execute('CREATE TABLE item (id INTEGER PRIMARY KEY, body TEXT, seen INTEGER)')
db.executemany('INSERT INTO item VALUES (?, ?, 0)', ((n, 'word ' * 60) for n in range(5000)))
db.commit()
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    def answer(self, body):
        head = 'HTTP/1.1 200 OK\\r\\nContent-Length: %d\\r\\n\\r\\n' % len(body)
        self.wfile.write(head.encode() + body)
    def do_GET(self):
        first = int(self.path[1:])
        rows = connection().execute('SELECT sum(length(body)), max(seen) FROM item WHERE id BETWEEN ? AND ?', (first, first + 200))
        self.answer(str(rows.fetchone()).encode() + b'\\n\\n')
    def do_POST(self):
        db = connection()
        db.execute('UPDATE item SET seen = seen + 1 WHERE id = ?', (int(self.path[1:]),))
        db.commit()
        self.answer(b'done\\n\\n')
    def log_message(self, *words):
        pass
http.server.ThreadingHTTPServer(('127.0.0.1', int(sys.argv[2])), Handler).serve_forever()
";
