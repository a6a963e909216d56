targetScope = 'subscription'

resource controlPlane 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(subscription().id, 'Document Intelligence Privacy Auditor (control plane)')
  properties: {
    roleName: 'Document Intelligence Privacy Auditor (control plane)'
    description: 'Reads the settings that docintel-auditor judges. No keys, no documents, no changes.'
    type: 'CustomRole'
    permissions: [
      {
        actions: [
          'Microsoft.Authorization/permissions/read'
          'Microsoft.Authorization/roleAssignments/read'
          'Microsoft.Authorization/roleDefinitions/read'
          'Microsoft.CognitiveServices/accounts/connections/read'
          'Microsoft.CognitiveServices/accounts/networkSecurityPerimeterConfigurations/read'
          'Microsoft.CognitiveServices/accounts/projects/connections/read'
          'Microsoft.CognitiveServices/accounts/projects/read'
          'Microsoft.CognitiveServices/accounts/read'
          'Microsoft.CognitiveServices/deletedAccounts/read'
          'Microsoft.DataProtection/backupVaults/backupInstances/read'
          'Microsoft.DataProtection/backupVaults/backupPolicies/read'
          'Microsoft.DataProtection/backupVaults/read'
          'Microsoft.Insights/diagnosticSettings/read'
          'Microsoft.Insights/metrics/read'
          'Microsoft.KeyVault/vaults/read'
          'Microsoft.Network/privateEndpoints/read'
          'Microsoft.OperationalInsights/workspaces/dataExports/read'
          'Microsoft.OperationalInsights/workspaces/query/AzureDiagnostics/read'
          'Microsoft.OperationalInsights/workspaces/query/StorageBlobLogs/read'
          'Microsoft.OperationalInsights/workspaces/query/read'
          'Microsoft.OperationalInsights/workspaces/read'
          'Microsoft.OperationalInsights/workspaces/tables/read'
          'Microsoft.Resources/subscriptions/locations/read'
          'Microsoft.Resources/subscriptions/read'
          'Microsoft.Storage/deletedAccounts/read'
          'Microsoft.Storage/storageAccounts/blobServices/containers/read'
          'Microsoft.Storage/storageAccounts/blobServices/read'
          'Microsoft.Storage/storageAccounts/encryptionScopes/read'
          'Microsoft.Storage/storageAccounts/inventoryPolicies/read'
          'Microsoft.Storage/storageAccounts/localUsers/read'
          'Microsoft.Storage/storageAccounts/managementPolicies/read'
          'Microsoft.Storage/storageAccounts/networkSecurityPerimeterConfigurations/read'
          'Microsoft.Storage/storageAccounts/objectReplicationPolicies/read'
          'Microsoft.Storage/storageAccounts/read'
          'Microsoft.Storage/storageAccounts/storageTaskAssignments/read'
          'Microsoft.StorageActions/storageTasks/read'
        ]
        notActions: []
        dataActions: []
        notDataActions: []
      }
    ]
    assignableScopes: [
      subscription().id
    ]
  }
}

resource dataPlane 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(subscription().id, 'Document Intelligence Privacy Auditor (models, no content)')
  properties: {
    roleName: 'Document Intelligence Privacy Auditor (models, no content)'
    description: 'Reads which models, classifiers and operations there are. No documents, no results, no changes.'
    type: 'CustomRole'
    permissions: [
      {
        actions: []
        notActions: []
        dataActions: [
          'Microsoft.CognitiveServices/accounts/FormRecognizer/documentmodels/read'
          'Microsoft.CognitiveServices/accounts/FormRecognizer/management/get/classifier/read'
          'Microsoft.CognitiveServices/accounts/FormRecognizer/management/get/model/read'
          'Microsoft.CognitiveServices/accounts/FormRecognizer/operation/list/operations/read'
          'Microsoft.CognitiveServices/accounts/FormRecognizer/operations/read'
        ]
        notDataActions: []
      }
    ]
    assignableScopes: [
      subscription().id
    ]
  }
}
