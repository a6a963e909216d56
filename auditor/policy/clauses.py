"""The clauses of Microsoft's page, whose promise each is, and what of it nobody can check from outside.

The page is "Data, privacy, and security for Document Intelligence" (azure-facts D2); how long what is kept: azure-facts
3a. Rules name the clause that they serve as their `basis`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

PAGE: Final = "https://learn.microsoft.com/azure/foundry/responsible-ai/document-intelligence/data-privacy-security"
Whose: TypeAlias = Literal["Microsoft's", "the customer's", "Microsoft's and the customer's"]


@dataclass(frozen=True, slots=True)
class Promise:
    """One clause: the word that a rule's `basis` uses, the promise in a sentence, and its two halves.

    `microsoft` is what Microsoft undertakes, `customer` what it leaves to the customer, `outside` what no look from
    outside can tell.
    """

    basis: str
    says: str
    whose: Whose
    microsoft: str
    customer: str
    outside: str


CLAUSES: Final[tuple[Promise, ...]] = (
    Promise(
        "authentication",
        "Authentication: requests carry a key or a Microsoft Entra token",
        "Microsoft's and the customer's",
        "The service answers no request without a valid key or token.",
        "Whether keys are accepted at all, who holds them, how old they are, and which identities may do what.",
        "Who was handed a key or a SAS link outside of Azure.",
    ),
    Promise(
        "data-in-transit",
        "Data in transit is protected by TLS",
        "Microsoft's and the customer's",
        "The endpoints of the service refuse TLS older than 1.2; that is no setting of the customer's.",
        "The storage accounts on the way: their oldest version, plain HTTP, and the clients that really use them.",
        "The way between the caller and its own network, and Microsoft's internal network.",
    ),
    Promise(
        "same-region",
        "Processing and storage happen in the region of the resource",
        "Microsoft's and the customer's",
        "Input, results and trained models stay in the region of the resource.",
        "Storage in other regions, replicas, backups, logs, and routing to further regions.",
        "Where Microsoft's own storage lies; the region that the metrics of calls name is Microsoft's word, too.",
    ),
    Promise(
        "retrieve-results",
        "Only those with the same credentials can read results",
        "Microsoft's and the customer's",
        "A result is given only to whoever shows credentials of the resource that made it.",
        "How many may list keys or read results, from which networks, and whether the storage beside it is open.",
        "What those who may read results do with them.",
    ),
    Promise(
        "temporary-storage",
        "Input and results rest for a short time in isolated Azure Storage",
        "Microsoft's",
        "Input and results rest in Azure Storage of Microsoft's, in the same region, encrypted and logically isolated.",
        "Nothing: it is not the customer's storage. Deleting results early is the customer's choice.",
        "All of it; a contract, not something that can be looked at.",
    ),
    Promise(
        "training-data",
        "Training data and interim outputs stay in the customer's own storage",
        "the customer's",
        "The service reads training data where it lies and leaves labels and OCR results beside it.",
        "The container, who may read it, where it lies, and that it is deleted when the model is.",
        "Copies that people made of training data.",
    ),
    Promise(
        "trained-models",
        "Trained models are stored in the region of the resource",
        "Microsoft's and the customer's",
        "Models are stored in the region of the resource, apart from those of other customers.",
        "Copies: two calls bring a model to any region or subscription.",
        "Copies made more than 24 hours before a run: the service remembers them no longer. Audits must be daily.",
    ),
    Promise(
        "delete-24h",
        "Input and results are deleted within 24 hours",
        "Microsoft's and the customer's",
        "Input and results are deleted within 24 hours from the completion of the operation.",
        "The documents in the customer's own storage, with every version, snapshot, replica, backup and log of them.",
        "Whether Microsoft has deleted; and what an earlier setting left behind, unless blobs are listed.",
    ),
    Promise(
        "delete-models",
        "The customer can delete models at any time",
        "Microsoft's and the customer's",
        "A deleted model is removed within 48 hours more; a deleted account can be restored for 48 hours.",
        "To know which models there are and who answers for them, and to delete them when they are due.",
        "Whether the artefacts of a deleted model are gone from Microsoft's storage.",
    ),
    Promise(
        "encryption-at-rest",
        "Data is encrypted at rest",
        "Microsoft's and the customer's",
        "Everything at rest is encrypted with keys of Microsoft's, unless the customer brings keys.",
        "Keys of the customer's own where that is asked for, their vault, and what they cover.",
        "The encryption itself.",
    ),
)
BASES: Final = {clause.basis: clause.says for clause in CLAUSES}
"""The clauses by the word that a rule's `basis` uses."""
