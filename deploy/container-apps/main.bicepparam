using 'main.bicep'

param location = 'westeurope'
param image = 'example.azurecr.io/docintel-auditor:0.1.0'
param registry = 'example.azurecr.io'
