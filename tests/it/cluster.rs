//! Throwaway clusters: they start, serve, and leave nothing behind.
