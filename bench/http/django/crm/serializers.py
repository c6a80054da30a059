import re

from django.db import transaction
from rest_framework import serializers

from .models import Company, Contact, CustomField

PROFILE = re.compile(r'^(?:https?://)?(?:[a-z]{2,3}\.)?linkedin\.com/in/([^/?#]+)/?', re.I)


class CustomFieldSerializer(serializers.ModelSerializer):
	class Meta:
		model = CustomField
		fields = ['id', 'field_name', 'field_value', 'updated_time']
		read_only_fields = ['id', 'updated_time']


class ContactSerializer(serializers.ModelSerializer):
	email = serializers.EmailField(max_length=255, required=False, allow_null=True)
	company_id = serializers.CharField(max_length=255, required=False, allow_null=True, write_only=True)
	contact_custom_fields = CustomFieldSerializer(many=True, read_only=True)
	contact_custom_fields_input = CustomFieldSerializer(many=True, required=False, write_only=True)

	class Meta:
		model = Contact
		fields = [
			'id', 'email', 'linkedin_url', 'first_name', 'last_name', 'company_id', 'origin', 'contact_status',
			'previous_status', 'status_changed_at', 'last_reply_received', 'first_campaign_email_sent',
			'last_campaign_email_sent', 'updated_time', 'contact_custom_fields', 'contact_custom_fields_input',
		]
		read_only_fields = ['id', 'previous_status', 'status_changed_at', 'updated_time']

	def validate_email(self, value):
		return value and value.strip().lower()

	def validate_linkedin_url(self, value):
		if not value:
			return None
		found = PROFILE.match(value.strip())
		if not found:
			raise serializers.ValidationError('Expected the URL of a personal profile.')
		return 'https://www.linkedin.com/in/' + found.group(1).lower()

	def validate_contact_custom_fields_input(self, fields):
		if len({f['field_name'] for f in fields}) < len(fields):
			raise serializers.ValidationError('This name is given more than once.')
		return fields

	def validate(self, data):
		if not data.get('email') and not data.get('linkedin_url'):
			raise serializers.ValidationError('Either email or linkedin_url is required.')
		domain = data.pop('company_id', None)
		if domain:
			company = Company.objects.filter(client=self.context['request'].user, domain=domain.strip().lower()).first()
			if company is None:
				raise serializers.ValidationError({'company_id': 'There is none with this id or domain.'})
			data['company'] = company
		return data

	def create(self, data):
		fields = data.pop('contact_custom_fields_input', [])
		with transaction.atomic():
			contact = Contact.objects.create(client=self.context['request'].user, **data)
			rows = CustomField.objects.bulk_create([CustomField(contact=contact, **f) for f in fields])
		# what was written is not read again
		contact._prefetched_objects_cache = {'contact_custom_fields': rows}
		return contact

	def to_representation(self, contact):
		answer = super().to_representation(contact)
		answer['company_id'] = contact.company_id
		return answer
