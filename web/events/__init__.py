"""What happens while a page is looked at: the database's notifications to server-sent events."""
