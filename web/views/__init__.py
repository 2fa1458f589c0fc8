"""Handlers, one module for each noun. A handler reads the request, calls the store, and renders one template."""
