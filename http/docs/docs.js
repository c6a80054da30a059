// The API page: Swagger UI over openapi.yaml, whatever path both are behind. The key that is typed in stays in the page.
if (window.SwaggerUIBundle)
	SwaggerUIBundle({ url: '../openapi.yaml', dom_id: '#api', deepLinking: true, validatorUrl: null });
else
	document.getElementById('no-viewer').hidden = false;
