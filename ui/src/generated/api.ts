// The shapes that the engine's doors answer with, as `openapi-typescript` writes them from the OpenAPI document.

type Timestamp = string;
type Span = string;
type Labels = { [key: string]: string };

export interface components {
  schemas: {
    Code:
      | 'usage'
      | 'invalid_configuration'
      | 'not_found'
      | 'ambiguous'
      | 'busy'
      | 'not_running'
      | 'not_configured'
      | 'forbidden'
      | 'home_unusable'
      | 'database_damaged'
      | 'database_newer'
      | 'disk_full'
      | 'timed_out'
      | 'interrupted'
      | 'internal';
    Problem: { code: components['schemas']['Code']; message: string; hint?: string };
    Unit:
      | 'percent'
      | 'bytes'
      | 'bytes_per_second'
      | 'celsius'
      | 'milliseconds'
      | 'seconds'
      | 'watts'
      | 'turns_per_minute'
      | 'count'
      | 'ratio';
    SeriesKind: 'gauge' | 'counter';
    SeriesKey: { name: string; labels?: Labels };
    Point: { at: Timestamp; value?: number | null; min?: number | null; max?: number | null };
    Stats: {
      count: number;
      min?: number | null;
      max?: number | null;
      mean?: number | null;
      p50?: number | null;
      p95?: number | null;
      p99?: number | null;
    };
    SeriesPoints: components['schemas']['SeriesKey'] & {
      unit: components['schemas']['Unit'];
      points: components['schemas']['Point'][];
      stats: components['schemas']['Stats'];
    };
    SeriesEntry: components['schemas']['SeriesKey'] & {
      unit: components['schemas']['Unit'];
      kind: components['schemas']['SeriesKind'];
      last?: number | null;
      at?: Timestamp | null;
    };
    SeriesList: { series: components['schemas']['SeriesEntry'][] };
    MarkKind: 'boot' | 'start' | 'stop' | 'sleep' | 'stall' | 'clock_step' | 'configuration';
    Mark: { kind: components['schemas']['MarkKind']; at: Timestamp; until?: Timestamp | null; text: string };
    PointsView: {
      from: Timestamp;
      to: Timestamp;
      step_ms?: number | null;
      series: components['schemas']['SeriesPoints'][];
      points?: components['schemas']['Point'][] | null;
      stats?: components['schemas']['Stats'] | null;
      marks: components['schemas']['Mark'][];
    };
    Level: 'warning' | 'critical';
    Threshold: { above: number } | { below: number };
    Aggregate:
      'last' | 'avg' | 'min' | 'max' | 'p50' | 'p95' | 'p99' | 'sum' | 'rate' | 'delta' | 'forecast' | 'absent';
    NoData: 'keep' | 'ok' | 'alert';
    Rule: {
      id: string;
      title: string;
      metric: string;
      where?: Labels;
      of: components['schemas']['Aggregate'];
      over?: Span | null;
      warning?: components['schemas']['Threshold'] | null;
      critical?: components['schemas']['Threshold'] | null;
      for: Span;
      clear_by?: number | null;
      keep_firing_for: Span;
      no_data: components['schemas']['NoData'];
      runbook: string;
      enabled: boolean;
    };
    RuleList: { rules: components['schemas']['Rule'][] };
    State: 'pending' | 'firing' | 'recovering' | 'resolved';
    Acknowledgement: { at: Timestamp; level: components['schemas']['Level']; note?: string };
    AlertView: {
      id: string;
      rule: string;
      title: string;
      level: components['schemas']['Level'];
      state: components['schemas']['State'];
      since: Timestamp;
      fired_at?: Timestamp | null;
      resolved_at?: Timestamp | null;
      metric: string;
      labels: Labels;
      unit: components['schemas']['Unit'];
      value: number;
      value_text: string;
      peak: number;
      threshold?: components['schemas']['Threshold'] | null;
      summary: string;
      runbook: string;
      acknowledged?: components['schemas']['Acknowledgement'] | null;
      silenced_until?: Timestamp | null;
      no_data: boolean;
    };
    AlertList: { alerts: components['schemas']['AlertView'][] };
    Change:
      | { kind: 'pended' }
      | { kind: 'dropped' }
      | { kind: 'fired'; level: components['schemas']['Level'] }
      | { kind: 'worsened' }
      | { kind: 'eased' }
      | { kind: 'recovering' }
      | { kind: 'relapsed' }
      | { kind: 'resolved'; reason: string }
      | { kind: 'data_lost' }
      | { kind: 'data_back' }
      | { kind: 'acknowledged'; note: string }
      | { kind: 'snoozed'; until: Timestamp };
    TimelineEntry: { at: Timestamp; change: components['schemas']['Change']; text: string };
    Companion: {
      name: string;
      labels?: Labels;
      unit: components['schemas']['Unit'];
      value: number;
    };
    ProcessReading: { pid: number; name: string; cpu_percent?: number | null; memory_bytes: number };
    Evidence: {
      at: Timestamp;
      rule: components['schemas']['Rule'];
      rule_text: string;
      samples: components['schemas']['Point'][];
      processes: components['schemas']['ProcessReading'][];
      companions: components['schemas']['Companion'][];
      marks: components['schemas']['Mark'][];
    };
    NoticeKind: 'raise' | 'update' | 'close';
    NoticeState: 'pending' | 'delivered' | 'superseded' | 'expired';
    NoticeView: {
      channel: string;
      kind: components['schemas']['NoticeKind'];
      state: components['schemas']['NoticeState'];
      at: Timestamp;
      body: string;
      error?: string | null;
    };
    AlertDetail: components['schemas']['AlertView'] & {
      current_rule?: components['schemas']['Rule'] | null;
      timeline: components['schemas']['TimelineEntry'][];
      evidence?: components['schemas']['Evidence'] | null;
      notices: components['schemas']['NoticeView'][];
    };
    AcknowledgeRequest: { note?: string };
    SnoozeRequest: { for: Span };
    SilenceRequest: { target: string; labels?: Labels; for: Span; reason?: string };
    Silence: {
      id: string;
      rule?: string | null;
      alert?: string | null;
      labels?: Labels;
      from: Timestamp;
      until: Timestamp;
      reason: string;
    };
    SilenceList: { silences: components['schemas']['Silence'][] };
    OverallState: 'ok' | 'warning' | 'critical' | 'unknown';
    NotConfigured: { state: 'not_configured' };
    HostView: {
      name: string;
      os: string;
      os_version: string;
      kernel: string;
      architecture: string;
      cpu: string;
      cores: number;
      memory_bytes: number;
      boot_at?: Timestamp | null;
      cpu_percent?: number | null;
      memory_percent?: number | null;
      disk_percent?: number | null;
      load_1m?: number | null;
      temperature_celsius?: number | null;
    };
    EngineView: {
      running: boolean;
      version: string;
      pid?: number | null;
      started?: Timestamp | null;
      program?: string | null;
      home: string;
      interval_ms: number;
      last_round?: Timestamp | null;
      round_took_ms?: number | null;
    };
    Degraded: { part: string; why: string; since: Timestamp; hint?: string };
    Operation: { at: Timestamp; kind: string; what: string; result: string; took_ms?: number | null };
    QuietView: { until?: Timestamp | null };
    QuietRequest: { for: string };
    StorageView: {
      home: string;
      metrics_bytes: number;
      state_bytes: number;
      total_bytes: number;
      free_bytes?: number | null;
      series: number;
      oldest?: Timestamp | null;
    };
    Status: {
      state: components['schemas']['OverallState'];
      verdict: string;
      at: Timestamp;
      host: components['schemas']['HostView'];
      engine: components['schemas']['EngineView'];
      alerts: components['schemas']['AlertView'][];
      quiet: components['schemas']['QuietView'];
      services: components['schemas']['NotConfigured'];
      backups: components['schemas']['NotConfigured'];
      maintenance: components['schemas']['NotConfigured'];
      operations: components['schemas']['Operation'][];
      usage: components['schemas']['NotConfigured'];
      models: components['schemas']['NotConfigured'];
      storage: components['schemas']['StorageView'];
      degraded: components['schemas']['Degraded'][];
    };
    TileDetail: { label: string; text: string };
    Tile: {
      id: string;
      title: string;
      series: components['schemas']['SeriesKey'];
      unit: components['schemas']['Unit'];
      value?: number | null;
      text: string;
      state: components['schemas']['OverallState'];
      details: components['schemas']['TileDetail'][];
      points: components['schemas']['Point'][];
      warning?: components['schemas']['Threshold'] | null;
      critical?: components['schemas']['Threshold'] | null;
    };
    ProcessTable: { at: Timestamp; processes: components['schemas']['ProcessReading'][] };
    Overview: {
      status: components['schemas']['Status'];
      tiles: components['schemas']['Tile'][];
      processes?: components['schemas']['ProcessTable'] | null;
      marks: components['schemas']['Mark'][];
      from: Timestamp;
      to: Timestamp;
    };
    OriginView: { key: string; value: string; origin: string };
    ConfigProblem: {
      line: number;
      column: number;
      key: string;
      code: string;
      message: string;
      hint?: string | null;
    };
    Settings: {
      collect: { interval: Span; processes: number };
      notify: { native: boolean; repeat: Span };
      rules: components['schemas']['Rule'][];
    };
    ErrorBody: { error: components['schemas']['Problem'] };
    ConfigurationView: {
      path: string;
      exists: boolean;
      text: string;
      settings: components['schemas']['Settings'];
      origins: components['schemas']['OriginView'][];
      problems: components['schemas']['ConfigProblem'][];
      in_force_since?: Timestamp | null;
      unused: string[];
    };
    SetRequest: { key: string; value?: string | null };
    CheckState: 'ok' | 'warning' | 'failed' | 'absent';
    CheckView: {
      group: string;
      name: string;
      state: components['schemas']['CheckState'];
      detail: string;
      hint?: string;
    };
    DoctorView: { state: components['schemas']['CheckState']; checks: components['schemas']['CheckView'][] };
    DesktopView: { start_at_login?: boolean | null; tray: boolean; note?: string };
    StartAtLoginRequest: { enabled: boolean };
    Hint:
      | { topic: 'hello' }
      | { topic: 'round' }
      | { topic: 'status' }
      | { topic: 'configuration' }
      | { topic: 'open_window'; route: string };
  };
}
