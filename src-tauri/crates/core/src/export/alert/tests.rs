//! An exported alert holds everything, and nothing that it holds becomes markup.

use super::*;
use crate::alert::Evidence;
use crate::metric::{Point, SeriesKey, Stats};
use crate::time::Span;

/// An alert whose every text tries to be something else.
const NASTY: &str = r#"</td><script>alert(1)</script>"'&|`*_[x](y)"#;

fn detail() -> AlertDetail {
    let at = "2026-11-28T22:44:40.000Z";
    let evidence = serde_json::json!({
        "at": at, "rule": rule(), "rule_text": NASTY,
        "samples": [{"at": at, "value": 91.0, "min": 91.0, "max": 91.0}],
        "processes": [{"pid": 733, "name": NASTY, "cpu_percent": 12.0, "memory_bytes": 5}],
        "companions": [{"name": "host.disk.free", "labels": {"mount": NASTY}, "unit": "bytes", "value": 34e9}],
        "marks": [{"kind": "boot", "at": at, "text": "The machine started"}],
        "changes": [{"at": at, "text": NASTY}],
        "grown": [{"path": "/srv/<models>", "bytes": 34_000_000_000_u64, "now_bytes": 94_000_000_000_u64, "since": at, "at": at}],
        "log": {"source": "journal", "before": [{"at": at, "level": "error", "source": "kernel", "message": NASTY, "times": 3}], "left_out": 7},
    });
    let evidence: Evidence = serde_json::from_value(evidence).unwrap();
    serde_json::from_value(serde_json::json!({
        "id": "a1", "rule": "disk-space", "title": NASTY, "level": "critical", "state": "firing", "since": at, "fired_at": at,
        "recovering_since": null, "resolved_at": null, "metric": "host.disk.usage", "labels": {"mount": "/"}, "unit": "percent",
        "judged": "", "value": 96.0, "value_text": "96 % full", "peak": 97.0, "threshold": {"above": 95.0},
        "summary": format!("Disk / 96 % full; {NASTY}"), "runbook": "", "acknowledged": {"at": at, "level": "critical", "note": NASTY},
        "silenced_until": null, "no_data": false, "current_rule": null, "evidence": evidence,
        "timeline": [{"at": at, "change": {"kind": "fired", "level": "critical"}, "text": "Raised as critical"}],
        "notices": [{"channel": "native", "kind": "raise", "state": "delivered", "at": at, "body": NASTY}],
    }))
    .unwrap()
}

fn rule() -> crate::rule::Rule {
    let interval = Span::from_seconds(30);
    let rules = crate::config::default_rules(crate::config::Platform::Linux, interval);
    rules.into_iter().find(|rule| rule.id == "disk-space").unwrap()
}

fn series() -> SeriesPoints {
    let start: Timestamp = "2026-11-28T22:40:00Z".parse().unwrap();
    let point = |minute: i64, value: Option<f64>| Point {
        at: start + Span::from_minutes(minute),
        value,
        min: value,
        max: value,
    };
    let points =
        vec![point(0, Some(60.0)), point(1, None), point(2, Some(80.0)), point(5, Some(96.0)), point(9, Some(96.5))];
    SeriesPoints {
        key: SeriesKey::labelled("host.disk.usage", "mount", "/"),
        unit: Unit::Percent,
        stats: Stats::default(),
        points,
    }
}

fn written(format: AlertFormat) -> String {
    let (detail, series) = (detail(), series());
    let moment = |at: Timestamp| at.to_string();
    let now = "2026-11-28T22:50:00Z".parse().unwrap();
    AlertExport {
        detail: &detail,
        series: Some(&series),
        host: "mini",
        zone: "UTC+01:00",
        version: "0.1.0",
        now,
        moment: &moment,
    }
    .write(format)
}

#[test]
fn the_page_holds_everything_loads_nothing_and_no_text_becomes_markup() {
    let page = written(AlertFormat::Html);
    for part in [
        "Machine</dt><dd>mini",
        "/srv/&lt;models&gt;",
        "34 GB",
        "733",
        "Raised as critical",
        "delivered",
        "(3 times)",
        "7 more were left out",
        "class=\"course\" d=\"M",
        "class=\"up\"",
        "class=\"bound\"",
        "The machine started",
    ] {
        assert!(page.contains(part), "{part}\n{page}");
    }
    for never in ["<script", "javascript:", "http://", "https://", " src=", "url(", "@import", "onload"] {
        assert!(!page.contains(never), "{never}");
    }
    let tags = |name: &str| (page.matches(&format!("<{name}>")).count(), page.matches(&format!("</{name}>")).count());
    for name in ["td", "tr", "tbody", "section", "dd", "figure"] {
        let (opened, closed) = tags(name);
        assert!(opened == closed && opened > 0, "{name}: {opened} opened, {closed} closed");
    }
    assert!(page.contains("M68.0 ") && page.matches('M').count() >= 2, "the gap breaks the line");
}

#[test]
fn markdown_keeps_its_tables_whatever_the_texts_say() {
    let text = written(AlertFormat::Markdown);
    for table in text.split("\n\n").filter(|part| part.starts_with("| ")) {
        let bars = |line: &str| line.replace("\\|", "").matches('|').count();
        let first = table.lines().next().map(bars).unwrap();
        assert!(table.lines().all(|line| bars(line) == first), "{table}");
    }
    assert!(!text.contains("<script>") && !text.contains("[x](y)"));
}

#[test]
fn the_document_is_that_of_the_interface() {
    let read: AlertDetail = serde_json::from_str(&written(AlertFormat::Json)).unwrap();
    assert_eq!(read, detail());
}

#[test]
fn formats_have_words() {
    for format in AlertFormat::ALL {
        assert_eq!(format.as_str().parse(), Ok(format));
    }
    assert!("pdf".parse::<AlertFormat>().is_err());
}
