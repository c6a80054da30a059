workers = 2
worker_class = 'gthread'
threads = 4
keepalive = 10
loglevel = 'error'
