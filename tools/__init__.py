"""What maintains the notebooks and the site; not shipped with the package."""
