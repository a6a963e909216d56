"""Ways on which bytes leave a storage account or a Document Intelligence account: one module a kind (azure-facts 3d)."""
