"""The database as a whole: the embedded server, its schema, backups. Rows and statements are ``judge/store``'s."""
