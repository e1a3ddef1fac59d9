"""The browser's half: plain ES modules and CSS, the payload they read, and how both are put into a page."""
