"""A baseline of our own: one connection of PostgreSQL a thread, kept; no sessions, no cookies, JSON only."""
import os

SECRET_KEY = 'bench'
DEBUG = False
ALLOWED_HOSTS = ['127.0.0.1', 'localhost']
INSTALLED_APPS = ['django.contrib.contenttypes', 'django.contrib.auth', 'rest_framework', 'crm']
MIDDLEWARE = ['django.middleware.security.SecurityMiddleware', 'django.middleware.common.CommonMiddleware']
ROOT_URLCONF = 'crm.urls'
WSGI_APPLICATION = None
DEFAULT_AUTO_FIELD = 'django.db.models.BigAutoField'
DATABASES = {
	'default': {
		'ENGINE': 'django.db.backends.postgresql',
		'NAME': 'django',
		'USER': os.environ['PGUSER'],
		'HOST': os.environ['PGHOST'],
		'PORT': os.environ['PGPORT'],
		'CONN_MAX_AGE': None,
	},
}
USE_TZ = True
TIME_ZONE = 'UTC'
USE_I18N = False
REST_FRAMEWORK = {
	'DEFAULT_AUTHENTICATION_CLASSES': ['crm.auth.KeyAuthentication'],
	'DEFAULT_PERMISSION_CLASSES': ['rest_framework.permissions.IsAuthenticated'],
	'DEFAULT_RENDERER_CLASSES': ['rest_framework.renderers.JSONRenderer'],
	'DEFAULT_PARSER_CLASSES': [
		'rest_framework.parsers.JSONParser',
		'rest_framework.parsers.FormParser',
		'rest_framework.parsers.MultiPartParser',
	],
	'UNAUTHENTICATED_USER': None,
}
LOGGING = {'version': 1, 'disable_existing_loggers': True}
