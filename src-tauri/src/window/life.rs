//! The one window: built when asked for, shown when painted, hidden when closed, and destroyed within a minute of that,
//! because a hidden page keeps all its memory. A generation number voids timers of an earlier life.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tauri::async_runtime::JoinHandle;
use tauri::{AppHandle, Manager, WebviewUrl, WebviewWindow, WebviewWindowBuilder, WindowEvent, Wry};

const LABEL: &str = "main";
/// For this long a closed window opens again at once. A minute after it was closed its memory must be gone.
const GRACE: Duration = Duration::from_secs(45);
/// A page that never says that it has painted is shown all the same.
const PAINT_LIMIT: Duration = Duration::from_secs(3);
const SIZE: (f64, f64) = (960.0, 680.0);
const SMALLEST: (f64, f64) = (640.0, 480.0);

/// Opens and destroys the window.
pub struct Windows {
    app: AppHandle<Wry>,
    generation: AtomicU64,
    /// Built, and waiting for the page to paint.
    unpainted: AtomicBool,
    /// Known here, because asking the window waits for the main thread, which may be waiting for who asks.
    visible: AtomicBool,
    watching: Mutex<Option<JoinHandle<()>>>,
}

impl Windows {
    /// No window yet.
    pub fn new(app: AppHandle<Wry>) -> Self {
        Self {
            app,
            generation: AtomicU64::new(0),
            unpainted: AtomicBool::new(false),
            visible: AtomicBool::new(false),
            watching: Mutex::default(),
        }
    }

    /// Opens the window on a page, or brings it there. May be called from any thread.
    pub fn open(self: &Arc<Self>, route: &str) {
        let (windows, route) = (Arc::clone(self), route.to_owned());
        let opened = self.app.run_on_main_thread(move || {
            windows.generation.fetch_add(1, Ordering::Relaxed);
            match windows.app.get_webview_window(LABEL) {
                Some(window) => windows.bring(&window, &route),
                None => windows.build(&route),
            }
        });
        if let Err(error) = opened {
            tracing::error!(%error, "the window could not be opened");
        }
    }

    fn build(self: &Arc<Self>, route: &str) {
        let page = if route.is_empty() { "index.html".to_owned() } else { format!("index.html#/{route}") };
        let built = WebviewWindowBuilder::new(&self.app, LABEL, WebviewUrl::App(page.into()))
            .title("Caretaker")
            .inner_size(SIZE.0, SIZE.1)
            .min_inner_size(SMALLEST.0, SMALLEST.1)
            .visible(false)
            .build();
        let window = match built {
            Ok(window) => window,
            Err(error) => {
                tracing::error!(%error, "the window could not be built");
                return;
            }
        };
        let (windows, closing) = (Arc::clone(self), window.clone());
        window.on_window_event(move |event| match event {
            WindowEvent::CloseRequested { api, .. } => {
                api.prevent_close();
                windows.unpainted.store(false, Ordering::Relaxed);
                windows.visible.store(false, Ordering::Relaxed);
                drop(closing.hide());
                windows.destroy_later();
            }
            WindowEvent::Destroyed => windows.ended(),
            _ => {}
        });
        self.unpainted.store(true, Ordering::Relaxed);
        self.after(PAINT_LIMIT, Self::painted);
    }

    /// Shows a window whose page has painted, unless it was closed meanwhile.
    pub fn painted(&self) {
        if self.unpainted.swap(false, Ordering::Relaxed)
            && let Some(window) = self.app.get_webview_window(LABEL)
        {
            self.show(&window);
        }
    }

    /// Whether the window is shown. Waits for nothing; may be called from any thread.
    pub fn is_visible(&self) -> bool {
        self.visible.load(Ordering::Relaxed)
    }

    /// The task that tells the page of changes, until the window is destroyed or a newer page has its own.
    pub fn watch_with(&self, task: JoinHandle<()>) {
        self.replace_watch(Some(task));
    }

    /// Tells the page nothing any more.
    pub fn stop_watching(&self) {
        self.replace_watch(None);
    }

    fn replace_watch(&self, task: Option<JoinHandle<()>>) {
        let mut watching = self.watching.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(before) = std::mem::replace(&mut *watching, task) {
            before.abort();
        }
    }

    fn destroy_later(self: &Arc<Self>) {
        self.generation.fetch_add(1, Ordering::Relaxed);
        self.after(GRACE, |windows| {
            if let Some(window) = windows.app.get_webview_window(LABEL) {
                drop(window.destroy());
            }
        });
    }

    fn ended(&self) {
        self.stop_watching();
        self.unpainted.store(false, Ordering::Relaxed);
        self.visible.store(false, Ordering::Relaxed);
        tauri::async_runtime::spawn(async {
            // WebKit gives its memory back in its own time; what is ours goes back now.
            tokio::time::sleep(Duration::from_secs(2)).await;
            caretaker_platform::memory::trim_memory();
        });
    }

    /// Does something later on the main thread, unless the window was opened or closed in between.
    fn after(self: &Arc<Self>, wait: Duration, act: impl FnOnce(&Self) + Send + 'static) {
        let (windows, generation) = (Arc::clone(self), self.generation.load(Ordering::Relaxed));
        tauri::async_runtime::spawn(async move {
            tokio::time::sleep(wait).await;
            let app = windows.app.clone();
            let acted = app.run_on_main_thread(move || {
                if windows.generation.load(Ordering::Relaxed) == generation {
                    act(&windows);
                }
            });
            if let Err(error) = acted {
                tracing::debug!(%error, "the app is ending");
            }
        });
    }

    fn bring(&self, window: &WebviewWindow<Wry>, route: &str) {
        if !route.is_empty() {
            // Only letters that occur in routes reach the page's script.
            let safe: String = route.chars().filter(|c| c.is_ascii_alphanumeric() || "/-_.".contains(*c)).collect();
            drop(window.eval(format!("window.location.hash = '#/{safe}'")));
        }
        self.unpainted.store(false, Ordering::Relaxed);
        self.show(window);
    }

    fn show(&self, window: &WebviewWindow<Wry>) {
        drop(window.unminimize());
        drop(window.show());
        drop(window.set_focus());
        self.visible.store(true, Ordering::Relaxed);
    }
}
