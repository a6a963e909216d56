// The nightly audit as a job of Azure Container Apps, with all that it needs, in a resource group of its own:
//   az deployment sub create --location westeurope --template-file main.bicep --parameters main.bicepparam
// Who deploys it needs the rights of an owner of the subscription, because it makes roles and assigns them.
targetScope = 'subscription'

@description('Where the job runs and its reports lie: the region of what it audits, as a rule.')
param location string

@description('The resource group that is made for it.')
param resourceGroupName string = 'docintel-auditor'

@description('The image, with tag or digest.')
param image string

@description('The registry of Azure that the image is pulled from, as the identity of the job. Empty: a public one.')
param registry string = ''

@description('When it audits, in UTC.')
param schedule string = '15 2 * * *'

@description('A secret of a key vault that holds the URL of the history in PostgreSQL. Empty: nothing is recorded.')
param historySecretUrl string = ''

@description('The action group that is told when no audit could be done. Empty: the alert stands in the portal alone.')
param alarmGroupId string = ''

@description('After how many days a report is removed.')
@minValue(1)
param keepDays int = 400

resource group 'Microsoft.Resources/resourceGroups@2024-03-01' = {
  name: resourceGroupName
  location: location
}

// What `auditor role --format bicep` prints, word for word.
module roles 'roles.bicep' = {
  name: 'docintel-auditor-roles'
}

module job 'job.bicep' = {
  name: 'docintel-auditor-job'
  scope: group
  params: {
    location: location
    image: image
    registry: registry
    schedule: schedule
    historySecretUrl: historySecretUrl
    keepDays: keepDays
    alarmGroupId: alarmGroupId
  }
}

resource settings 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(subscription().id, resourceGroupName, 'control plane')
  dependsOn: [
    roles
  ]
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', guid(subscription().id, 'Document Intelligence Privacy Auditor (control plane)'))
    principalId: job.outputs.principalId
    principalType: 'ServicePrincipal'
  }
}

resource models 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(subscription().id, resourceGroupName, 'models')
  dependsOn: [
    roles
  ]
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', guid(subscription().id, 'Document Intelligence Privacy Auditor (models, no content)'))
    principalId: job.outputs.principalId
    principalType: 'ServicePrincipal'
  }
}

output principalId string = job.outputs.principalId
output reports string = job.outputs.reports
