// The API page: Swagger UI over /openapi.yaml. The key that is typed in stays in the page.
SwaggerUIBundle({ url: '/openapi.yaml', dom_id: '#api', deepLinking: true, validatorUrl: null });
