//! What doors show: the shapes of every answer, and the words in them. JSON, OpenAPI and TypeScript all come from here.

mod access;
mod activity;
mod alert;
mod backup;
mod backup_change;
mod backup_request;
mod channel;
mod configuration;
mod cost;
mod desktop;
mod doctor;
mod export;
mod folders;
mod health;
mod key;
mod maintenance;
mod metric;
mod models;
mod overview;
mod rule;
mod runbook;
mod status;
mod store;
mod supervision;
mod watch;

pub use access::{AccessGrant, GrantsView, TokenRequest, TokenView};
pub use activity::{ActivitiesView, ActivityKind, ActivityResult, ActivityState, ActivityView};
pub use alert::{
    AcknowledgeRequest, AlertDetail, AlertList, AlertState, AlertView, CauseView, NoticeView, RuleList, SilenceList,
    SilencePreview, SilenceRequest, SilenceView, SnoozeRequest, TimelineEntry,
};
pub use backup::{
    ArchiveDetail, ArchiveList, ArchiveView, BackupsSummary, BackupsView, BrowseEntry, BrowseView, CopyState, CopyView,
    DestinationView, FilePreview, FileVersion, JobView, NextBackup, ProofView, ProtectionState, PruneView, RebuildView,
    RetentionRow, VerificationView, VersionsView,
};
pub use backup_change::{ChangedFile, ChangedFolder, ChangesView, GrownView, NextFull, QuestionKind};
pub use backup_request::{
    BackupSuggestions, CreateRequest, JobRequest, PruneRequest, RestoreRequest, SuggestedExclude, SuggestedPath,
    VerifyRequest,
};
pub use channel::{
    ChannelList, ChannelState, ChannelTest, ChannelTestRequest, ChannelTestView, ChannelView, DueNotices,
    NoticeOutcomeRequest,
};
pub use configuration::{ConfigurationView, OriginView, SetRequest, ValidateRequest, ValidationView};
pub use cost::{CostRow, CostState, CostView};
pub use desktop::{
    DesktopView, OpenSettingsRequest, OpenWindowRequest, OpenWindowView, Permission, PermissionState, PermissionView,
    ShowFolderRequest, StartAtLoginRequest,
};
pub use doctor::{CheckState, CheckView, DoctorView, SensorView, SensorsView};
pub use export::{ExportView, ExportsView};
pub use folders::{DiskFolders, FolderPoint, FolderView, FoldersView, SurveyRequest};
pub use health::{HealthCheck, HealthPart, HealthState, HealthView};
pub use key::{ConfirmKeyRequest, ImportKeyRequest, KeyState, KeyView, SheetView};
pub use maintenance::{
    CalendarEntry, CalendarView, MaintenanceState, MaintenanceSummary, MaintenanceView, NextTask,
    PauseMaintenanceRequest, RunTaskRequest, ScheduleTaskRequest, TaskHistory, TaskState, TaskView, WriteOutRequest,
    WrittenFile, WrittenOut,
};
pub use metric::{
    MetricSummary, PointsView, RecordedView, ResetCounter, ResetRequest, ResetView, SampleRequest, SamplesRequest,
    SeriesList, SummaryRow,
};
pub use models::{
    InstalledModel, LoadedModel, ModelServerKind, ModelServerView, ModelsState, ModelsSummary, ModelsView,
};
pub use overview::{Overview, ProcessTable, Tile, TileDetail, UnusualView};
pub use rule::{BacktestRequest, BacktestView, NoiseRow, NoiseView, QuieterView, RuleRequest};
pub use runbook::{
    AlertAfter, Consent, Door, RollbackRequest, RunList, RunRequest, RunState, RunView, RunbookAlert,
    RunbookDifference, RunbookLink, RunbookList, RunbookSummary, RunbookVersion, RunbookVersions, RunbookView,
    StepCommand, StepView,
};
pub use status::{
    Degraded, EngineView, HostView, NotConfigured, NotConfiguredState, Operation, OverallState, QuietRequest,
    QuietView, Status, StorageView,
};
pub use store::{StoreRequest, StoreTrialRequest, StoreTrialView, TrialState, TrialStep, TrialStepView};
pub use supervision::{SupervisionChange, SupervisionState, SupervisionView};
pub use watch::Hint;
