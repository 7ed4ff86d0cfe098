package cluster

// Volume is a volume of a pod as far as scheduling cares. Exactly one of the sources is set; other sources never matter.
type Volume struct {
	Name  string
	Claim string // name of a PersistentVolumeClaim of the pod's namespace
	// Ephemeral is set when the claim is made for this pod alone (generic ephemeral volume): it must be owned by the pod.
	Ephemeral bool

	// The in-tree disks that may be mounted once only (plugins/volumerestrictions).
	GCEDisk  string
	AWSDisk  string
	ISCSI    string // target IQN
	RBD      *RBDImage
	ReadOnly bool

	CSIDriver string // inline CSI volume
}

// RBDImage is a Ceph block device.
type RBDImage struct {
	Monitors []string
	Pool     string
	Image    string
}

// AccessMode says how many may mount a volume.
type AccessMode string

// ReadWriteOncePod allows one pod of the whole cluster.
const ReadWriteOncePod AccessMode = "ReadWriteOncePod"

// PersistentVolume is a piece of storage.
type PersistentVolume struct {
	ObjectMeta
	Capacity     int64 // bytes
	AccessModes  []AccessMode
	StorageClass string
	VolumeMode   string         // "" stands for Filesystem
	ClaimRef     NamespacedName // the claim it is bound to or kept for
	ClaimUID     UID
	Bound        bool          // status.phase is Bound
	NodeAffinity *NodeSelector // nil: reachable from every node
	CSIDriver    string
	CSIHandle    string
	InTree       *Volume // the in-tree disk behind it, if any
}

// Kind returns KindPersistentVolume.
func (v *PersistentVolume) Kind() Kind    { return KindPersistentVolume }
func (v *PersistentVolume) clone() Object { c := *v; return &c }

// PersistentVolumeClaim asks for a PersistentVolume.
type PersistentVolumeClaim struct {
	ObjectMeta
	StorageClass string
	HasClass     bool // storageClassName is stated, even if ""
	AccessModes  []AccessMode
	Request      int64 // bytes
	VolumeMode   string
	VolumeName   string
	Selector     *Selector
	HasSelector  bool
	Bound        bool // the control plane has completed the binding
	Lost         bool // status.phase is Lost
	SelectedNode string
}

// Kind returns KindPersistentVolumeClaim.
func (c *PersistentVolumeClaim) Kind() Kind    { return KindPersistentVolumeClaim }
func (c *PersistentVolumeClaim) clone() Object { d := *c; return &d }

// StorageClass says how claims get their volumes.
type StorageClass struct {
	ObjectMeta
	Provisioner       string
	WaitForConsumer   bool // volumeBindingMode WaitForFirstConsumer
	AllowedTopologies []NodeSelectorTerm
	Default           bool
}

// Kind returns KindStorageClass.
func (c *StorageClass) Kind() Kind    { return KindStorageClass }
func (c *StorageClass) clone() Object { d := *c; return &d }

// DriverLimit is the number of volumes of one CSI driver that a node can attach.
type DriverLimit struct {
	Driver string
	Count  int32
	Stated bool // a limit is stated
}

// CSINode holds the CSI drivers of the node of the same name.
type CSINode struct {
	ObjectMeta
	Drivers []DriverLimit
}

// Kind returns KindCSINode.
func (n *CSINode) Kind() Kind    { return KindCSINode }
func (n *CSINode) clone() Object { c := *n; return &c }
