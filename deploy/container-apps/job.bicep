// The job, its identity, its network, and the store in which it leaves reports. No key, password or connection string is
// made, read or kept: the store refuses them, and so does the workspace of the logs.
param location string
param image string
param registry string
param schedule string
param historySecretUrl string
param keepDays int
param alarmGroupId string

@description('What the nightly audit asks.')
param configuration string = loadTextContent('auditor.yaml')

var storageName = 'audits${uniqueString(resourceGroup().id)}'
var container = 'audits'
var nightly = '/opt/auditor/nightly.py'

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: 'docintel-auditor'
  location: location
}

resource logs 'Microsoft.OperationalInsights/workspaces@2023-09-01' = {
  name: 'docintel-auditor'
  location: location
  properties: {
    sku: {
      name: 'PerGB2018'
    }
    retentionInDays: 90
    features: {
      disableLocalAuth: true
    }
  }
}

// The network: jobs go out, and reach the store by its private endpoint. Peer it with the networks of accounts that are
// private themselves: what the job cannot reach is unknown.

resource network 'Microsoft.Network/virtualNetworks@2024-01-01' = {
  name: 'docintel-auditor'
  location: location
  properties: {
    addressSpace: {
      addressPrefixes: [
        '10.61.0.0/24'
      ]
    }
    subnets: [
      {
        name: 'jobs'
        properties: {
          addressPrefix: '10.61.0.0/26'
          delegations: [
            {
              name: 'jobs'
              properties: {
                serviceName: 'Microsoft.App/environments'
              }
            }
          ]
        }
      }
      {
        name: 'endpoints'
        properties: {
          addressPrefix: '10.61.0.64/27'
        }
      }
    ]
  }
}

resource zone 'Microsoft.Network/privateDnsZones@2020-06-01' = {
  name: 'privatelink.blob.${environment().suffixes.storage}'
  location: 'global'
}

resource zoneLink 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2020-06-01' = {
  parent: zone
  name: 'docintel-auditor'
  location: 'global'
  properties: {
    registrationEnabled: false
    virtualNetwork: {
      id: network.id
    }
  }
}

resource endpoint 'Microsoft.Network/privateEndpoints@2024-01-01' = {
  name: '${storageName}-blob'
  location: location
  properties: {
    subnet: {
      id: '${network.id}/subnets/endpoints'
    }
    privateLinkServiceConnections: [
      {
        name: 'blob'
        properties: {
          privateLinkServiceId: storage.id
          groupIds: [
            'blob'
          ]
        }
      }
    ]
  }
}

resource endpointZones 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2024-01-01' = {
  parent: endpoint
  name: 'default'
  properties: {
    privateDnsZoneConfigs: [
      {
        name: 'blob'
        properties: {
          privateDnsZoneId: zone.id
        }
      }
    ]
  }
}

// The store: private, without keys. Reports are kept, so the rules on retention, which are for documents, are not for it.

resource storage 'Microsoft.Storage/storageAccounts@2023-05-01' = {
  name: storageName
  location: location
  kind: 'StorageV2'
  sku: {
    name: 'Standard_ZRS'
  }
  properties: {
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    allowBlobPublicAccess: false
    allowSharedKeyAccess: false
    sasPolicy: {
      expirationAction: 'Block'
      sasExpirationPeriod: '00.01:00:00'
    }
    encryption: {
      keySource: 'Microsoft.Storage'
      requireInfrastructureEncryption: true
      services: {
        blob: {
          enabled: true
          keyType: 'Account'
        }
      }
    }
    allowCrossTenantReplication: false
    allowedCopyScope: 'AAD'
    defaultToOAuthAuthentication: true
    isLocalUserEnabled: false
    isSftpEnabled: false
    publicNetworkAccess: 'Disabled'
    networkAcls: {
      bypass: 'None'
      defaultAction: 'Deny'
      ipRules: []
      virtualNetworkRules: []
    }
  }
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2023-05-01' = {
  parent: storage
  name: 'default'
  properties: {
    deleteRetentionPolicy: {
      enabled: true
      days: 14
    }
  }
}

resource audits 'Microsoft.Storage/storageAccounts/blobServices/containers@2023-05-01' = {
  parent: blobs
  name: container
  properties: {
    publicAccess: 'None'
  }
}

resource lifecycle 'Microsoft.Storage/storageAccounts/managementPolicies@2023-05-01' = {
  parent: storage
  name: 'default'
  properties: {
    policy: {
      rules: [
        {
          name: 'old-audits'
          type: 'Lifecycle'
          enabled: true
          definition: {
            filters: {
              blobTypes: [
                'blockBlob'
              ]
              prefixMatch: [
                '${container}/'
              ]
            }
            actions: {
              baseBlob: {
                delete: {
                  daysAfterCreationGreaterThan: keepDays
                }
              }
            }
          }
        }
      ]
    }
  }
}

resource blobLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'docintel-auditor'
  scope: blobs
  properties: {
    workspaceId: logs.id
    logs: [
      {
        categoryGroup: 'allLogs'
        enabled: true
      }
    ]
  }
}

// The job may add reports: it can neither read those that are there, nor write over them, nor delete them.

resource addReports 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(resourceGroup().id, 'Adds audit reports')
  properties: {
    roleName: 'Adds audit reports (${resourceGroup().name}, ${uniqueString(resourceGroup().id)})'
    description: 'Makes new blobs. Reads, changes and deletes none.'
    type: 'CustomRole'
    permissions: [
      {
        actions: []
        notActions: []
        dataActions: [
          'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/add/action'
        ]
        notDataActions: []
      }
    ]
    assignableScopes: [
      resourceGroup().id
    ]
  }
}

resource mayAddReports 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(audits.id, identity.id, 'Adds audit reports')
  scope: audits
  properties: {
    roleDefinitionId: addReports.id
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
  }
}

resource apps 'Microsoft.App/managedEnvironments@2024-03-01' = {
  name: 'docintel-auditor'
  location: location
  properties: {
    appLogsConfiguration: {
      destination: 'azure-monitor'
    }
    vnetConfiguration: {
      infrastructureSubnetId: '${network.id}/subnets/jobs'
      internal: true
    }
    workloadProfiles: [
      {
        name: 'Consumption'
        workloadProfileType: 'Consumption'
      }
    ]
  }
}

resource jobLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'docintel-auditor'
  scope: apps
  properties: {
    workspaceId: logs.id
    logs: [
      {
        categoryGroup: 'allLogs'
        enabled: true
      }
    ]
  }
}

var registries = empty(registry) ? [] : [
  {
    server: registry
    identity: identity.id
  }
]
var fileSecret = [
  {
    name: 'configuration'
    value: configuration
  }
]
var historySecret = empty(historySecretUrl) ? [] : [
  {
    name: 'history'
    keyVaultUrl: historySecretUrl
    identity: identity.id
  }
]
var settings = [
  {
    name: 'AZURE_CLIENT_ID'
    value: identity.properties.clientId
  }
  {
    name: 'AUDITOR_CONFIG'
    value: '/config/auditor.yaml'
  }
  {
    name: 'AUDITOR_QUIET'
    value: 'true'
  }
]
var history = empty(historySecretUrl) ? [] : [
  {
    name: 'AUDITOR_HISTORY'
    secretRef: 'history'
  }
]

resource nightlyJob 'Microsoft.App/jobs@2024-03-01' = {
  name: 'privacy-audit'
  location: location
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identity.id}': {}
    }
  }
  dependsOn: [
    mayAddReports
    endpointZones
    zoneLink
  ]
  properties: {
    environmentId: apps.id
    workloadProfileName: 'Consumption'
    configuration: {
      triggerType: 'Schedule'
      scheduleTriggerConfig: {
        cronExpression: schedule
        parallelism: 1
        replicaCompletionCount: 1
      }
      replicaTimeout: 14400
      replicaRetryLimit: 1
      registries: registries
      secrets: concat(fileSecret, historySecret)
    }
    template: {
      containers: [
        {
          name: 'auditor'
          image: image
          command: [
            '/opt/auditor/bin/python'
            nightly
          ]
          args: [
            'audit'
            '--to'
            '/data/audits'
            '--upload'
            '${storage.properties.primaryEndpoints.blob}${container}'
          ]
          env: concat(settings, history)
          resources: {
            cpu: json('1.0')
            memory: '2Gi'
          }
          volumeMounts: [
            {
              volumeName: 'data'
              mountPath: '/data'
            }
            {
              volumeName: 'config'
              mountPath: '/config'
            }
          ]
        }
      ]
      volumes: [
        {
          name: 'data'
          storageType: 'EmptyDir'
        }
        {
          name: 'config'
          storageType: 'Secret'
          secrets: [
            {
              secretRef: 'configuration'
              path: 'auditor.yaml'
            }
          ]
        }
      ]
    }
  }
}

resource quarterlyJob 'Microsoft.App/jobs@2024-03-01' = if (!empty(historySecretUrl)) {
  name: 'privacy-quarter'
  location: location
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identity.id}': {}
    }
  }
  dependsOn: [
    mayAddReports
    endpointZones
    zoneLink
  ]
  properties: {
    environmentId: apps.id
    workloadProfileName: 'Consumption'
    configuration: {
      triggerType: 'Schedule'
      scheduleTriggerConfig: {
        cronExpression: '30 6 2 1,4,7,10 *'
        parallelism: 1
        replicaCompletionCount: 1
      }
      replicaTimeout: 3600
      replicaRetryLimit: 1
      registries: registries
      secrets: historySecret
    }
    template: {
      containers: [
        {
          name: 'auditor'
          image: image
          command: [
            '/opt/auditor/bin/python'
            nightly
          ]
          args: [
            'quarter'
            '--to'
            '/data/quarters'
            '--upload'
            '${storage.properties.primaryEndpoints.blob}${container}'
          ]
          env: concat([settings[0], settings[2]], history)
          resources: {
            cpu: json('0.5')
            memory: '1Gi'
          }
          volumeMounts: [
            {
              volumeName: 'data'
              mountPath: '/data'
            }
          ]
        }
      ]
      volumes: [
        {
          name: 'data'
          storageType: 'EmptyDir'
        }
      ]
    }
  }
}

// Two alarms: a run that could not audit, and no audit at all (the image is gone, the schedule is off). Findings are none.

resource failed 'Microsoft.Insights/scheduledQueryRules@2022-06-15' = {
  name: 'privacy-audit-failed'
  location: location
  properties: {
    displayName: 'A privacy audit could not be done'
    severity: 1
    enabled: true
    scopes: [
      logs.id
    ]
    evaluationFrequency: 'PT1H'
    windowSize: 'PT1H'
    skipQueryValidation: true // the table comes with the first line of a log
    criteria: {
      allOf: [
        {
          query: 'ContainerAppConsoleLogs | where Log has "proves nothing" or Log has "was not kept"'
          timeAggregation: 'Count'
          operator: 'GreaterThan'
          threshold: 0
        }
      ]
    }
    actions: {
      actionGroups: empty(alarmGroupId) ? [] : [
        alarmGroupId
      ]
    }
  }
}

resource missing 'Microsoft.Insights/scheduledQueryRules@2022-06-15' = {
  name: 'privacy-audit-missing'
  location: location
  properties: {
    displayName: 'No privacy audit for two days'
    severity: 1
    enabled: true
    scopes: [
      logs.id
    ]
    evaluationFrequency: 'PT1H'
    windowSize: 'P2D'
    skipQueryValidation: true // the table comes with the first line of a log
    criteria: {
      allOf: [
        {
          query: 'ContainerAppConsoleLogs | where JobName == "privacy-audit" | where Log startswith "nightly: done" or Log startswith "nightly: findings"'
          timeAggregation: 'Count'
          operator: 'LessThan'
          threshold: 1
        }
      ]
    }
    actions: {
      actionGroups: empty(alarmGroupId) ? [] : [
        alarmGroupId
      ]
    }
  }
}

output principalId string = identity.properties.principalId
output reports string = '${storage.properties.primaryEndpoints.blob}${container}'
