(** The line lemma (theory: section 5) and Example 1's V = 0.

    The exact encoder g(x) = F' nu(x) + c must stay in the convex natural domain Omega of the encoder family.  If the
    closed convex hull of nu(X) contains a line u_0 + t d, then F'd is a direction in which the closure of Omega is
    unbounded both ways:  y in closure(Omega)  =>  y + t F'd in closure(Omega) for every real t.

    - ray_lemma             the same for rays: u_0 + t d and y + t F'd for t >= 0
    - line_lemma            the statement above
    - negative_on_a_line    a + b t < 0 for every real t  =>  b = 0 and a < 0
    - gaussian_V_is_zero    Example 1: x'V + c < 0 for all x in R^n  =>  V = 0 and c < 0 *)

From tightcheck Require Import real_field.

Lemma negative_on_a_line a b : (forall t, a + b * t < 0) -> b = 0 /\ a < 0.
Proof.
  intro H. pose proof (H 0) as H0. split; [|lra].
  destruct (Req_dec b 0) as [|N]; [assumption|]. specialize (H (- a / b)).
  replace (a + b * (- a / b)) with 0 in H by (field; assumption). lra.
Qed.

Theorem gaussian_V_is_zero n m (V : nat -> nat -> R) (c : nat -> R) :
  (forall (x : nat -> R) j, (j < m)%nat -> dot n x (fun i => V i j) + c j < 0) ->
  forall j, (j < m)%nat -> c j < 0 /\ forall i, (i < n)%nat -> V i j = 0.
Proof.
  intros H j Hj. split.
  - specialize (H (fun _ => 0) j Hj). rewrite (dot_zero (K := real_field) n (fun _ => 0)) in H by auto. simpl in H.
    lra.
  - intros i Hi. apply (negative_on_a_line (c j)). intro t.
    specialize (H (fun k => t * unit i k) j Hj).
    rewrite (dot_comm (K := real_field)), (dot_scale (K := real_field)), (dot_comm (K := real_field)) in H.
    rewrite dot_unit in H by auto.
    simpl in H. lra.
Qed.

Section Line.
Variables n m : nat.

Definition near k (eps : R) (u v : nat -> R) : Prop := forall i, (i < k)%nat -> Rabs (u i - v i) < eps.
Definition closure k (S : (nat -> R) -> Prop) (u : nat -> R) : Prop :=
  forall eps, 0 < eps -> exists v, S v /\ near k eps u v.
Definition mix (t : R) (u v : nat -> R) : nat -> R := fun i => (1 - t) * u i + t * v i.
Definition convex (S : (nat -> R) -> Prop) : Prop := forall u v t, 0 <= t <= 1 -> S u -> S v -> S (mix t u v).

Inductive hull {X : Type} (nu : X -> nat -> R) : (nat -> R) -> Prop :=
| hull_point x : hull nu (nu x)
| hull_mix u v t : 0 <= t <= 1 -> hull nu u -> hull nu v -> hull nu (mix t u v).

Variable F : nat -> nat -> R.
Variable c : nat -> R.
Definition linear (u : nat -> R) : nat -> R := fun j => dot n u (fun i => F i j).
Definition encoder (u : nat -> R) : nat -> R := fun j => linear u j + c j.

Lemma linear_mix t u v j : linear (mix t u v) j = (1 - t) * linear u j + t * linear v j.
Proof.
  unfold linear. induction n as [|k IH]; [unfold dot; simpl; lra|].
  rewrite !dot_step, IH. unfold mix. ring.
Qed.

Lemma linear_line u t d j : linear (fun i => u i + t * d i) j = linear u j + t * linear d j.
Proof. unfold linear. induction n as [|k IH]; [unfold dot; simpl; lra|]. rewrite !dot_step, IH. ring. Qed.

(** |F'(u - v)| <= eps * sum |F|. *)
Lemma linear_near u v eps j : 0 < eps -> near n eps u v ->
  Rabs (linear u j - linear v j) <= eps * sum n (fun i => Rabs (F i j)).
Proof.
  intro He. unfold linear, near. induction n as [|k IH]; intro H.
  - change (Rabs (0 - 0) <= eps * 0). rewrite Rminus_0_r, Rabs_R0. lra.
  - rewrite !dot_step, sum_step.
    assert (Hk : forall i, (i < k)%nat -> Rabs (u i - v i) < eps) by auto. specialize (IH Hk).
    match type of IH with Rabs (?a - ?b) <= _ =>
      replace (a + u k * F k j - (b + v k * F k j)) with ((a - b) + (u k - v k) * F k j) by ring end.
    eapply Rle_trans; [apply Rabs_triang|]. rewrite Rabs_mult.
    specialize (H k (Nat.lt_succ_diag_r k)). pose proof (Rabs_pos (F k j)). nra.
Qed.

(** Finitely many bounds have a common one. *)
Lemma common_bound k (t : nat -> R) : (forall j, (j < k)%nat -> 0 <= t j) ->
  exists M, 0 < M /\ forall j, (j < k)%nat -> t j <= M.
Proof.
  intro H. exists (sum k t + 1). pose proof (sum_nonnegative k t H). split; [lra|].
  induction k as [|k IH]; intros j Hj; [lia|]. rewrite sum_step in *.
  assert (0 <= t k) by auto. assert (0 <= sum k t) by (apply sum_nonnegative; auto).
  destruct (Nat.eq_dec j k) as [->|]; [lra|].
  assert (t j <= sum k t + 1) by (apply IH; auto; lia). lra.
Qed.

Context {X : Type}.
Variable nu : X -> nat -> R.
Variable Omega : (nat -> R) -> Prop.
Hypothesis Omega_convex : convex Omega.
Hypothesis Omega_coordinates : forall u v, (forall j, (j < m)%nat -> u j = v j) -> Omega u -> Omega v.
Hypothesis encoder_valid : forall x, Omega (encoder (nu x)).

Lemma hull_valid u : hull nu u -> Omega (encoder u).
Proof.
  induction 1 as [x|u v t Ht _ IHu _ IHv]; [apply encoder_valid|].
  eapply Omega_coordinates; [|apply (Omega_convex _ _ t Ht IHu IHv)].
  intros j _. unfold encoder. rewrite linear_mix. unfold mix. ring.
Qed.

Lemma closed_hull_valid u : closure n (hull nu) u -> closure m Omega (encoder u).
Proof.
  intros H eps He.
  destruct (common_bound m (fun j => sum n (fun i => Rabs (F i j)))) as (M & HM & B).
  { intros j _. apply sum_nonnegative. intros; apply Rabs_pos. }
  assert (Hd : 0 < eps / (2 * M)) by (apply Rdiv_lt_0_compat; lra).
  destruct (H _ Hd) as (v & Hv & Nv). exists (encoder v). split; [now apply hull_valid|].
  intros j Hj. unfold encoder. replace (linear u j + c j - (linear v j + c j)) with (linear u j - linear v j) by ring.
  eapply Rle_lt_trans; [apply (linear_near u v _ j Hd Nv)|]. specialize (B j Hj).
  apply Rle_lt_trans with (eps / (2 * M) * M); [apply Rmult_le_compat_l; lra|].
  replace (eps / (2 * M) * M) with (eps / 2) by (field; lra). lra.
Qed.

Theorem ray_lemma (u0 d : nat -> R) : (forall t, 0 <= t -> closure n (hull nu) (fun i => u0 i + t * d i)) ->
  forall y, closure m Omega y -> forall t, 0 <= t -> closure m Omega (fun j => y j + t * linear d j).
Proof.
  intros L y Hy t Ht eps He.
  destruct (common_bound m (fun j => Rabs (encoder u0 j - y j))) as (M & HM & B).
  { intros; apply Rabs_pos. }
  set (s := eps / (3 * (M + eps))).
  assert (Hs : 0 < s) by (apply Rdiv_lt_0_compat; lra).
  assert (Hs1 : s * (M + eps) = eps / 3) by (unfold s; field; lra).
  assert (Hs2 : s <= 1) by nra.
  assert (Hts : 0 <= t / s) by (apply Rmult_le_pos; [|apply Rlt_le, Rinv_0_lt_compat]; assumption).
  destruct (Hy (eps / 3)) as (y' & Oy & Ny); [lra|].
  destruct (closed_hull_valid _ (L (t / s) Hts) (eps / 3)) as (v & Ov & Nv); [lra|].
  exists (mix s y' v). split; [apply Omega_convex; auto; lra|].
  intros j Hj. specialize (Ny j Hj). specialize (Nv j Hj). specialize (B j Hj). simpl in B.
  unfold encoder in Nv, B. rewrite linear_line in Nv. unfold mix.
  set (D := linear d j) in *. set (G := linear u0 j + c j) in *.
  replace (y j + t * D - ((1 - s) * y' j + s * v j))
    with ((1 - s) * (y j - y' j) + (s * (linear u0 j + t / s * D + c j - v j) - s * (G - y j))).
  2:{ unfold G. field. lra. }
  apply Rabs_def2 in Ny. apply Rabs_def2 in Nv.
  pose proof (Rle_abs (G - y j)). pose proof (Rle_abs (- (G - y j))) as O. rewrite Rabs_Ropp in O.
  apply Rabs_def1; nra.
Qed.

Theorem line_lemma (u0 d : nat -> R) : (forall t, closure n (hull nu) (fun i => u0 i + t * d i)) ->
  forall y, closure m Omega y -> forall t, closure m Omega (fun j => y j + t * linear d j).
Proof.
  intros L y Hy t. destruct (Rle_lt_dec 0 t) as [Ht|Ht].
  - apply (ray_lemma u0 d); auto.
  - assert (O : closure m Omega (fun j => y j + - t * linear (fun i => - d i) j)).
    { apply (ray_lemma u0 (fun i => - d i)); [|assumption|lra]. intros s _ eps He.
      destruct (L (- s) eps He) as (v & Hv & Nv). exists v. split; [assumption|].
      intros i Hi. specialize (Nv i Hi). simpl in *. now replace (u0 i + s * - d i) with (u0 i + - s * d i) by ring. }
    intros eps He. destruct (O eps He) as (v & Hv & Nv). exists v. split; [assumption|].
    intros j Hj. specialize (Nv j Hj). simpl in *.
    assert (E : linear (fun i => - d i) j = - linear d j).
    { unfold linear. clear. induction n as [|k IH]; [unfold dot; simpl; lra|]. rewrite !dot_step, IH. ring. }
    rewrite E in Nv. now replace (y j + - t * - linear d j) with (y j + t * linear d j) in Nv by ring.
Qed.

End Line.
