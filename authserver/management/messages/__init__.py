"""What requests and answers of the management API hold. They validate, and the document is made of them."""
