"""The clauses of Microsoft's page, whose promise each is, and what of it nobody can check from outside.

The page is "Data, privacy, and security for Document Intelligence"; how long what is kept: azure-facts 3a. Microsoft rewrote
it, so each clause tells what it says in each edition. Rules name the clause that they serve as their `basis`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

PAGE: Final = "https://learn.microsoft.com/azure/foundry/responsible-ai/document-intelligence/data-privacy-security"
Whose: TypeAlias = Literal["Microsoft's", "the customer's", "Microsoft's and the customer's"]
_SOURCES: Final = "https://github.com/MicrosoftDocs/azure-ai-docs/blob"


@dataclass(frozen=True, slots=True)
class Edition:
    """One edition of the page: the date that it bears, and where its text can be read."""

    dated: str
    source: str


OLD: Final = Edition(
    "2021-05-04",
    f"{_SOURCES}/0731acb80531a1f3256a0488229fe0ebb4e135be/articles/ai-foundry/responsible-ai/document-intelligence/"
    "data-privacy-security.md",
)
NEW: Final = Edition(
    "2026-07-22",
    f"{_SOURCES}/343156ec14d0b2f638bb3ba552a3167fb2ac495b/articles/foundry/responsible-ai/document-intelligence/"
    "data-privacy-security.md",
)
EDITIONS: Final = (OLD, NEW)
"""The edition that this tool was made for, and the newest one that was read."""


@dataclass(frozen=True, slots=True)
class Promise:
    """One clause: the word that a rule's `basis` uses, the promise in a sentence, and its two halves.

    `microsoft` is what Microsoft undertakes, `customer` what it leaves to the customer, `outside` what no look from
    outside can tell. `old` and `new` are what the two editions of the page say, None where one says nothing of it.
    """

    basis: str
    says: str
    whose: Whose
    microsoft: str
    customer: str
    outside: str
    old: str | None
    new: str | None

    @property
    def editions(self) -> tuple[tuple[Edition, str], ...]:
        """What each edition says that has the promise."""
        return tuple((edition, text) for edition, text in ((OLD, self.old), (NEW, self.new)) if text is not None)

    @property
    def standing(self) -> str:
        """In which editions the promise stands, in a few words."""
        if self.new is None:
            return f"edition of {OLD.dated} only, not in that of {NEW.dated}"
        if self.old == self.new:
            return f"editions of {OLD.dated} and {NEW.dated}"
        return f"editions of {OLD.dated} and {NEW.dated}, in different words"


_AUTHENTICATION: Final = "Each request carries an API key or a token, which is validated."
_REGION: Final = "Data is processed in the region of the resource, and stored there for a time, encrypted."
_RETRIEVE: Final = (
    "Results are given only to the API key that called the analysis, so that no other customer gets them."
)
_TEMPORARY: Final = (
    "Input and results are stored for a time in Azure Storage that all customers of the region share, logically isolated by "
    "subscription and credentials."
)
_TRAINING: Final = (
    "Training data lies in the customer's Blob Storage, and interim outputs are stored in the same place."
)
_TRAINED: Final = "Trained models are stored in the same region, logically isolated by subscription and credentials."
_ENCRYPTION: Final = "Input and results are encrypted while they are stored."

CLAUSES: Final[tuple[Promise, ...]] = (
    Promise(
        "authentication",
        "Authentication: requests carry a key or a Microsoft Entra token",
        "Microsoft's and the customer's",
        "The service answers no request without a valid key or token.",
        "Whether keys are accepted at all, who holds them, how old they are, and which identities may do what.",
        "Who was handed a key or a SAS link outside of Azure.",
        _AUTHENTICATION,
        _AUTHENTICATION,
    ),
    Promise(
        "data-in-transit",
        "Data in transit is protected by TLS",
        "Microsoft's and the customer's",
        "The endpoints of the service refuse TLS older than 1.2; that is no setting of the customer's.",
        "The storage accounts on the way: their oldest version, plain HTTP, and the clients that really use them.",
        "The way between the caller and its own network, and Microsoft's internal network.",
        "All endpoints use HTTPS; clients need to support TLS 1.2.",
        "All endpoints use HTTPS; clients need to support TLS 1.3.",
    ),
    Promise(
        "same-region",
        "Processing and storage happen in the region of the resource",
        "Microsoft's and the customer's",
        "Input, results and trained models stay in the region of the resource.",
        "Storage in other regions, replicas, backups, logs, and routing to further regions.",
        "Where Microsoft's own storage lies; the region that the metrics of calls name is Microsoft's word, too.",
        _REGION,
        _REGION,
    ),
    Promise(
        "retrieve-results",
        "Only those with the same credentials can read results",
        "Microsoft's and the customer's",
        "A result is given only to whoever shows credentials of the resource that made it.",
        "How many may list keys or read results, from which networks, and whether the storage beside it is open.",
        "What those who may read results do with them.",
        _RETRIEVE,
        _RETRIEVE,
    ),
    Promise(
        "temporary-storage",
        "Input and results rest for a short time in isolated Azure Storage",
        "Microsoft's",
        "Input and results rest in Azure Storage of Microsoft's, in the same region, encrypted and logically isolated.",
        "Nothing: it is not the customer's storage.",
        "All of it; a contract, not something that can be looked at.",
        _TEMPORARY,
        _TEMPORARY,
    ),
    Promise(
        "training-data",
        "Training data and interim outputs stay in the customer's own storage",
        "the customer's",
        "The service reads training data where it lies and leaves labels and OCR results beside it.",
        "The container, who may read it, where it lies, and that it is deleted when the model is.",
        "Copies that people made of training data.",
        _TRAINING,
        _TRAINING,
    ),
    Promise(
        "trained-models",
        "Trained models are stored in the region of the resource",
        "Microsoft's and the customer's",
        "Models are stored in the region of the resource, apart from those of other customers.",
        "Copies: two calls bring a model to any region or subscription.",
        "Copies made more than 24 hours before a run: the service remembers them no longer. Audits must be daily.",
        _TRAINED,
        _TRAINED,
    ),
    Promise(
        "delete-24h",
        "Input and results are deleted within 24 hours",
        "Microsoft's and the customer's",
        "Input and results are deleted 24 hours after the operation completes, or when the customer deletes the result.",
        (
            "Deleting results earlier, and the documents in the customer's own storage, with every version, snapshot, replica, "
            "backup and log of them."
        ),
        "Whether Microsoft has deleted; and what an earlier setting left behind, unless blobs are listed.",
        "Input and results of all features are deleted within 24 hours.",
        (
            "Input and results are stored for 24 hours after the operation completes, then deleted automatically. The call "
            "Delete Analyze Result permanently deletes both earlier."
        ),
    ),
    Promise(
        "other-purposes",
        "Input and results are not used for any other purpose",
        "Microsoft's",
        "Input and results serve the analysis that the customer asked for, and nothing else.",
        "Nothing: what Microsoft does with them is no setting of the customer's.",
        "All of it. Ask Microsoft whether the promise still holds: the newer edition of the page no longer has it.",
        "Input and results are not used for any other purpose.",
        None,
    ),
    Promise(
        "delete-models",
        "The customer can delete models at any time",
        "Microsoft's and the customer's",
        "A deleted model is removed within 48 hours more; a deleted account can be restored for 48 hours.",
        "To know which models there are and who answers for them, and to delete them when they are due.",
        "Whether the artefacts of a deleted model are gone from Microsoft's storage.",
        "The customer can delete models and their metadata at any time by using the API.",
        None,
    ),
    Promise(
        "encryption-at-rest",
        "Data is encrypted at rest",
        "Microsoft's and the customer's",
        "Everything at rest is encrypted with keys of Microsoft's, unless the customer brings keys.",
        "Keys of the customer's own where that is asked for, their vault, and what they cover.",
        "The encryption itself.",
        _ENCRYPTION,
        _ENCRYPTION,
    ),
)
BASES: Final = {clause.basis: clause.says for clause in CLAUSES}
"""The clauses by the word that a rule's `basis` uses."""
