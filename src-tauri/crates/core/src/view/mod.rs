//! What doors show: the shapes of every answer, and the words in them. JSON, OpenAPI and TypeScript all come from here.

mod alert;
mod configuration;
mod desktop;
mod doctor;
mod metric;
mod overview;
mod status;
mod supervision;
mod watch;

pub use alert::{
    AcknowledgeRequest, AlertDetail, AlertList, AlertState, AlertView, NoticeView, RuleList, SilenceList,
    SilenceRequest, SnoozeRequest, TimelineEntry,
};
pub use configuration::{ConfigurationView, OriginView, SetRequest, ValidateRequest, ValidationView};
pub use desktop::{DesktopView, OpenWindowRequest, OpenWindowView, StartAtLoginRequest};
pub use doctor::{CheckState, CheckView, DoctorView};
pub use metric::{MetricSummary, PointsView, SeriesList, SummaryRow};
pub use overview::{Overview, ProcessTable, Tile, TileDetail};
pub use status::{
    Degraded, EngineView, HostView, NotConfigured, NotConfiguredState, Operation, OverallState, QuietRequest,
    QuietView, Status, StorageView,
};
pub use supervision::{SupervisionChange, SupervisionState, SupervisionView};
pub use watch::Hint;
