from django.urls import path

from .views import Contacts, OneContact

urlpatterns = [
	path('public/v2/contacts', Contacts.as_view()),
	path('public/v2/contacts/<int:pk>', OneContact.as_view()),
]
