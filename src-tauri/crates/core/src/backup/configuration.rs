//! Which files an archive of the type `configuration` holds: those that are configuration by their name. The list is part of
//! what the guide promises.

/// Names and endings, as patterns of `.gitignore`.
pub const CONFIGURATION_NAMES: &[&str] = &[
    "*.toml",
    "*.yaml",
    "*.yml",
    "*.json",
    "*.ini",
    "*.conf",
    "*.cfg",
    "*.cnf",
    "*.properties",
    "*.plist",
    "*.xml",
    "*.env",
    ".env",
    ".env.*",
    "*.service",
    "*.timer",
    "*.socket",
    "*.nix",
    "*.hcl",
    "*.tf",
    "Dockerfile*",
    "docker-compose*",
    "compose*.yaml",
    "Makefile",
    "justfile",
    "crontab",
    "Caddyfile",
    "nginx*",
    "sshd_config",
    "ssh_config",
    ".gitconfig",
    ".npmrc",
    ".bashrc",
    ".zshrc",
    ".profile",
    ".bash_profile",
    ".vimrc",
    "*.lock.hcl",
];

/// Folders in which files of such names belong to packages and caches.
pub const NOT_CONFIGURATION: &[&str] =
    &["node_modules/", ".git/", "target/", "vendor/", "__pycache__/", ".venv/", "venv/", ".cache/", "dist/", "build/"];

/// Patterns for a walk that leaves out everything else. What the job leaves out comes last, and so counts.
pub fn only_configuration(exclude: &[String]) -> Vec<String> {
    let kept = CONFIGURATION_NAMES.iter().map(|name| format!("!{name}"));
    let left = NOT_CONFIGURATION.iter().map(|name| (*name).to_owned());
    ["*".to_owned(), "!*/".to_owned()].into_iter().chain(kept).chain(left).chain(exclude.iter().cloned()).collect()
}
