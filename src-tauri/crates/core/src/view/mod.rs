//! What doors show: the shapes of every answer, and the words in them. JSON, OpenAPI and TypeScript all come from here.

mod access;
mod alert;
mod configuration;
mod desktop;
mod doctor;
mod health;
mod metric;
mod models;
mod overview;
mod rule;
mod status;
mod supervision;
mod watch;

pub use access::{AccessGrant, TokenRequest, TokenView};
pub use alert::{
    AcknowledgeRequest, AlertDetail, AlertList, AlertState, AlertView, NoticeView, RuleList, SilenceList,
    SilenceRequest, SilenceView, SnoozeRequest, TimelineEntry,
};
pub use configuration::{ConfigurationView, OriginView, SetRequest, ValidateRequest, ValidationView};
pub use desktop::{DesktopView, OpenWindowRequest, OpenWindowView, StartAtLoginRequest};
pub use doctor::{CheckState, CheckView, DoctorView};
pub use health::{HealthCheck, HealthPart, HealthState, HealthView};
pub use metric::{MetricSummary, PointsView, SeriesList, SummaryRow};
pub use models::{
    InstalledModel, LoadedModel, ModelServerKind, ModelServerView, ModelsState, ModelsSummary, ModelsView,
};
pub use overview::{Overview, ProcessTable, Tile, TileDetail, UnusualView};
pub use rule::{BacktestRequest, BacktestView, NoiseRow, NoiseView, QuieterView, RuleRequest};
pub use status::{
    Degraded, EngineView, HostView, NotConfigured, NotConfiguredState, Operation, OverallState, QuietRequest,
    QuietView, Status, StorageView,
};
pub use supervision::{SupervisionChange, SupervisionState, SupervisionView};
pub use watch::Hint;
