"""The picture that is on the terminal before Textual is imported, and what becomes of it.

A dashboard that nothing has happened in yet looks the same whenever it is opened in the same
circumstances. So the picture of it is kept, as cells and never as escapes, and shown at once the
next time; what the app then draws is compared with it, and only what differs is sent. All but
`settling` is imported before anything else, so it must do with what an interpreter has already.
"""
