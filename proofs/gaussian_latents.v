(** Gaussian latent variables: statistics, priors, heads, and collapse by growth.

    psi(z) = (z, z^2) for independent coordinates (Example 1), (z, z z') for a full covariance matrix.

    - growth_collapse   with a Gaussian prior a decoder is consistent only when it does not depend on z, if A is
        [rigid]
    - bernoulli_rigid, poisson_rigid, multinomial_rigid, softmax_rigid
                        Bernoulli, Poisson, categorical and multinomial decoders are; also the multinomial of random
                          length *)

From tightcheck Require Import real_field criterion networks samples design growth.

Definition quadratic_in (F : R -> R) : Prop := exists a b c, forall u, F u = parabola a b c u.

Lemma quadratic_constant v : quadratic_in (fun _ => v).
Proof. exists 0, 0, v. intro u. unfold parabola. ring. Qed.

Lemma quadratic_identity : quadratic_in (fun u => u).
Proof. exists 0, 1, 0. intro u. unfold parabola. ring. Qed.

Lemma quadratic_square : quadratic_in (fun u => u ^ 2).
Proof. exists 1, 0, 0. intro u. unfold parabola. ring. Qed.

Lemma quadratic_add F G : quadratic_in F -> quadratic_in G -> quadratic_in (fun u => F u + G u).
Proof.
  intros (a & b & c & E) (a' & b' & c' & E'). exists (a + a'), (b + b'), (c + c'). intro u.
  rewrite E, E'. unfold parabola. ring.
Qed.

Lemma quadratic_scale r F : quadratic_in F -> quadratic_in (fun u => r * F u).
Proof.
  intros (a & b & c & E). exists (r * a), (r * b), (r * c). intro u. rewrite E. unfold parabola. ring.
Qed.

Lemma quadratic_ext F G : (forall u, F u = G u) -> quadratic_in F -> quadratic_in G.
Proof. intros H (a & b & c & E). exists a, b, c. intro u. now rewrite <- H. Qed.

Lemma quadratic_sum n (t : nat -> R -> R) : (forall i, (i < n)%nat -> quadratic_in (t i)) ->
  quadratic_in (fun u => sum n (fun i => t i u)).
Proof.
  induction n as [|n IH]; intro H; [apply (quadratic_constant 0)|].
  apply (quadratic_ext (fun u => sum n (fun i => t i u) + t n u)); [reflexivity|]. apply quadratic_add; auto.
Qed.

(** z with coordinate j replaced by u. *)
Definition put (z : nat -> R) (j : nat) (u : R) : nat -> R := fun i => if (i =? j)%nat then u else z i.

Lemma quadratic_coordinate z j i : quadratic_in (fun u => put z j u i).
Proof. unfold put. destruct (i =? j)%nat; [apply quadratic_identity|apply quadratic_constant]. Qed.

Definition outer (m : nat) (z : nat -> R) (i : nat) : R :=
  if (i <? m)%nat then z i else z ((i - m) / m)%nat * z ((i - m) mod m)%nat.

Definition quadratic_statistics (m k : nat) (psi : (nat -> R) -> nat -> R) : Prop :=
  (forall z z', (forall j, (j < m)%nat -> z j = z' j) -> forall i, (i < k)%nat -> psi z i = psi z' i) /\
  forall z j i, quadratic_in (fun u => psi (put z j u) i).

Lemma moments_quadratic m : quadratic_statistics m (m + m) (moments m).
Proof.
  split.
  - intros z z' H i Hi. unfold moments. destruct (Nat.ltb_spec i m); [|f_equal]; apply H; lia.
  - intros z j i. unfold moments. destruct (i <? m)%nat; [apply quadratic_coordinate|]. unfold put.
    destruct (i - m =? j)%nat; [apply quadratic_square|apply quadratic_constant].
Qed.

Lemma outer_quadratic m : quadratic_statistics m (m + m * m) (outer m).
Proof.
  split.
  - intros z z' H i Hi. unfold outer. destruct (Nat.ltb_spec i m) as [L|L]; [now apply H|].
    f_equal; apply H; [apply Nat.div_lt_upper_bound; nia|apply Nat.mod_upper_bound; nia].
  - intros z j i. unfold outer. destruct (i <? m)%nat; [apply quadratic_coordinate|]. unfold put.
    destruct (_ =? j)%nat, (_ =? j)%nat.
    + apply (quadratic_ext (fun u => u ^ 2)); [intro; ring|apply quadratic_square].
    + apply (quadratic_ext (fun u => z ((i - m) mod m)%nat * u)); [intro; ring|apply quadratic_scale,
        quadratic_identity].
    + apply quadratic_scale, quadratic_identity.
    + apply quadratic_constant.
Qed.

(** log p of independent Gaussians. *)
Definition gaussian_log_density (m : nat) (mean variance : nat -> R) (z : nat -> R) : R :=
  sum m (fun j => - (z j - mean j) ^ 2 / (2 * variance j) - ln (2 * PI * variance j) / 2).
Definition gaussian_prior (m : nat) (means variances : (nat -> R) -> Prop) {Y : Type} (_ : Y) (P : (nat -> R) -> R) :
  Prop :=
  exists mean variance, means mean /\ variances variance /\ (forall j, (j < m)%nat -> 0 < variance j) /\
    forall z, P z = gaussian_log_density m mean variance z.

(** The natural parameters of independent Gaussians. *)
Definition gaussian_natural (m : nat) (mean variance : nat -> R) (j : nat) : R :=
  if (j <? m)%nat then mean j / variance j else - / (2 * variance (j - m)%nat).

(** Heads (mean, o) with variance v(o), v onto the positive numbers: exp for a log-variance, and so on. *)
Definition heads (m : nat) (v : R -> R) : link := fun o => gaussian_natural m o (fun j => v (o (m + j)%nat)).
Definition heads_link (m : nat) (v : R -> R) : link -> Prop := eq (heads m v).
Definition onto_positive (v : R -> R) : Prop := (forall o, 0 < v o) /\ forall y, 0 < y -> exists o, v o = y.

Definition from_log_variance : R -> R := exp.
Definition from_log_deviation (o : R) : R := exp (2 * o).

Lemma log_variance_onto : onto_positive from_log_variance.
Proof. split; [apply exp_pos|]. intros y Hy. exists (ln y). now apply exp_ln. Qed.

Lemma log_deviation_onto : onto_positive from_log_deviation.
Proof.
  split; [intro; apply exp_pos|]. intros y Hy. exists (ln y / 2). unfold from_log_deviation.
  replace (2 * (ln y / 2)) with (ln y) by field. now apply exp_ln.
Qed.

Lemma softplus_onto : onto_positive softplus.
Proof.
  split; [apply softplus_positive|]. intros y Hy. exists (ln (exp y - 1)). unfold softplus.
  assert (1 < exp y) by (rewrite <- exp_0; now apply exp_increasing).
  rewrite exp_ln by lra. replace (1 + (exp y - 1)) with (exp y) by ring. apply ln_exp.
Qed.

Definition softplus_deviation (o : R) : R := softplus o ^ 2.
Lemma softplus_deviation_onto : onto_positive softplus_deviation.
Proof.
  destruct softplus_onto as [P O]. split.
  - intro o. unfold softplus_deviation. apply pow_lt, P.
  - intros y Hy. destruct (O (sqrt y) (sqrt_lt_R0 y Hy)) as [o E]. exists o. unfold softplus_deviation.
    rewrite E. simpl. rewrite Rmult_1_r. apply sqrt_sqrt. lra.
Qed.

Lemma dot_moments m (a b : nat -> R) z :
  (dot (m + m) (fun i => if (i <? m)%nat then a i else b (i - m)%nat) (moments m z) : R)
  = sum m (fun j => a j * z j + b j * z j ^ 2).
Proof.
  assert (H : forall k, (k <= m)%nat -> (dot (m + k) (fun i => if (i <? m)%nat then a i else b (i - m)%nat) (moments
    m z) : R)
    = sum m (fun j => a j * z j) + sum k (fun j => b j * z j ^ 2)).
  { induction k as [|k IH]; intro Hk.
    - rewrite Nat.add_0_r. change (sum 0 (fun j => b j * z j ^ 2) : R) with 0. rewrite Rplus_0_r.
      apply (sum_ext (K := real_field)). intros i Hi. unfold moments. destruct (Nat.ltb_spec i m); [reflexivity|lia].
    - rewrite Nat.add_succ_r, dot_step, IH, sum_step by lia. unfold moments.
      destruct (Nat.ltb_spec (m + k) m); [lia|]. replace (m + k - m)%nat with k by lia. real_atoms. ring. }
  rewrite H by lia. clear H. symmetry.
  exact (sum_add (K := real_field) m (fun j => a j * z j) (fun j => b j * z j ^ 2)).
Qed.

(** log p is <natural parameters, psi> up to a constant. *)
Lemma gaussian_density_natural m mean variance : (forall j, (j < m)%nat -> 0 < variance j) ->
  exists c0, forall z, gaussian_log_density m mean variance z = dot (m + m) (gaussian_natural m mean variance)
    (moments m z) + c0.
Proof.
  intro V. exists (sum m (fun j => - mean j ^ 2 / (2 * variance j) - ln (2 * PI * variance j) / 2)). intro z.
  unfold gaussian_natural. rewrite (dot_moments m (fun j => mean j / variance j) (fun j => - / (2 * variance j))).
  etransitivity; [|exact (sum_add (K := real_field) m _ _)]. apply (sum_ext (K := real_field)). intros j Hj.
  specialize (V j Hj). simpl. field. lra.
Qed.

Lemma gaussian_density_quadratic m mean variance z j :
  quadratic_in (fun u => gaussian_log_density m mean variance (put z j u)).
Proof.
  unfold gaussian_log_density. apply (quadratic_sum m). intros i _. unfold put. destruct (i =? j)%nat.
  - set (r := / (2 * variance i)).
    exists (- r), (2 * r * mean i), (- r * mean i ^ 2 - ln (2 * PI * variance i) / 2). intro u. unfold parabola, Rdiv.
    fold r. ring.
  - apply quadratic_constant.
Qed.

Section Collapse.
Context {X : Type}.
Variables n m k : nat.
Variable statistics : X -> nat -> R.
Variable latent_statistic : (nat -> R) -> nat -> R.
Variable A : (nat -> R) -> R.
Variable valid : (nat -> R) -> Prop.
Variable decoders : ((nat -> R) -> nat -> R) -> Prop.
Variables means variances : (nat -> R) -> Prop.
Variable encoders : (X -> nat -> R) -> Prop.
Variable b : R.

(** Parameters and A quadratic along a line: then the parameters are constant. *)
Definition rigid : Prop := forall eta : R -> nat -> R, (forall u, valid (eta u)) ->
  (forall i, (i < n)%nat -> quadratic_in (fun u => eta u i)) -> quadratic_in (fun u => A (eta u)) ->
  forall i, (i < n)%nat -> forall u, eta u i = eta 0 i.

Hypothesis b_positive : 0 < b.
Hypothesis statistics_span : affinely_spans n statistics.
Hypothesis psi_quadratic : quadratic_statistics m k latent_statistic.
Hypothesis A_looks : forall eta eta', (forall i, (i < n)%nat -> eta i = eta' i) -> A eta = A eta'.
Hypothesis A_rigid : rigid.
Hypothesis decoders_valid : forall f, decoders f -> forall z, valid (f z).
Hypothesis decoders_constant : exists f v, decoders f /\ forall z i, (i < n)%nat -> f z i = v i.
Hypothesis decoders_move : exists f z z' i, decoders f /\ (i < n)%nat /\ f z i <> f z' i.
Hypothesis some_prior : exists mean variance, means mean /\ variances variance /\ forall j, (j < m)%nat -> 0 <
  variance j.
Hypothesis encoder_reaches : forall mean variance, (forall j, (j < m)%nat -> 0 < variance j) ->
  exists g c, encoders g /\ (forall x j, (j < k)%nat -> g x j = c j) /\
  forall z, (dot k c (latent_statistic z) : R) = dot (m + m) (gaussian_natural m mean variance) (moments m z).

Let D : design :=
  {| observation := X; latent := nat -> R; observed_statistics := n; latent_statistics := k; nu := statistics;
     psi := latent_statistic; log_partition := A; decoder := decoders; prior := gaussian_prior m means variances;
     encoder := encoders; beta := b |}.

Lemma spanned_along (t : (nat -> R) -> R) z j : in_span k latent_statistic t -> quadratic_in (fun u => t (put z j u)).
Proof.
  intros (c & c0 & E). destruct psi_quadratic as [_ Q].
  apply (quadratic_ext (fun u => dot k c (latent_statistic (put z j u)) + c0)); [intro; now rewrite E|].
  apply (quadratic_add (fun u => dot k c (latent_statistic (put z j u)) : R) (fun _ => c0)); [|apply
    quadratic_constant].
  apply (quadratic_sum k (fun i u => c i * latent_statistic (put z j u) i)). intros i _. now apply quadratic_scale.
Qed.

Lemma constant_along_all (t : (nat -> R) -> R) : in_span k latent_statistic t ->
  (forall z j u, t (put z j u) = t (put z j 0)) -> forall z z', t z = t z'.
Proof.
  intros (c & c0 & E) H. destruct psi_quadratic as [L _].
  assert (zero : forall z, t z = t (fun _ => 0)).
  { intro z. set (cut := fun l i => if (i <? l)%nat then z i else 0).
    assert (same : forall y y', (forall j, (j < m)%nat -> y j = y' j) -> t y = t y').
    { intros y y' S. rewrite !E. f_equal. apply (dot_ext (K := real_field)); [reflexivity|]. now apply L. }
    assert (S : forall l, t (cut l) = t (fun _ => 0)).
    { induction l as [|l IH]; [now apply same|]. rewrite <- IH.
      rewrite (same (cut (Datatypes.S l)) (put (cut l) l (z l))), H.
      - apply same. intros j _. unfold put, cut.
        destruct (Nat.eqb_spec j l), (Nat.ltb_spec j l); try lia; reflexivity.
      - intros j _. unfold put, cut.
        destruct (Nat.ltb_spec j (Datatypes.S l)), (Nat.ltb_spec j l), (Nat.eqb_spec j l); try lia; congruence. }
    rewrite <- (S m). apply same. intros j Hj. unfold cut. destruct (Nat.ltb_spec j m); [reflexivity|lia]. }
  intros z z'. now rewrite (zero z), (zero z').
Qed.

Theorem growth_collapse : collapse D.
Proof.
  destruct some_prior as (mean & variance & Hm & Hv & V).
  destruct (gaussian_density_natural m mean variance V) as [p0 HP].
  assert (pr : forall f, prior D f (gaussian_log_density m mean variance)).
  { intro f. exists mean, variance. auto. }
  repeat split.
  - destruct decoders_constant as (f & v & Hf & Ef).
    destruct (encoder_reaches mean variance V) as (g & c & Hg & G & Ec).
    exists f, (gaussian_log_density m mean variance). split; [split; [assumption|apply pr]|].
    apply (constant_model D b_positive f _ v c p0 g); auto.
    + intros z z'. apply A_looks. intros i Hi. now rewrite !Ef.
    + intro z. rewrite HP. f_equal. symmetry. apply Ec.
  - destruct decoders_move as (f & z & z' & i & Hf & Hi & N).
    exists f, (gaussian_log_density m mean variance). split; [split; [assumption|apply pr]|]. intro I. apply N.
    now apply (independent_parameters D f statistics_span I).
  - intros f P [Hf (mean' & variance' & _ & _ & _ & EP)] Cn.
    apply (consistent_model_C1_C2 D b_positive f P statistics_span) in Cn. simpl in Cn. destruct Cn as [H1 H2].
    assert (constant : forall i, (i < n)%nat -> forall z z', f z i = f z' i).
    { intros i Hi. apply (constant_along_all (fun z => f z i) (H1 i Hi)). intros z j u.
      assert (Q : quadratic_in (fun u => A (f (put z j u)))).
      { pose proof (quadratic_scale (- b) _ (spanned_along _ z j H2)) as Q1.
        pose proof (quadratic_scale b _ (gaussian_density_quadratic m mean' variance' z j)) as Q2.
        refine (quadratic_ext _ _ _ (quadratic_add _ _ Q1 Q2)). intro w. cbv beta. rewrite EP. simpl. field. lra. }
      pose proof (A_rigid (fun u => f (put z j u)) (fun u => decoders_valid f Hf _)
        (fun i Hi => spanned_along (fun z => f z i) z j (H1 i Hi)) Q i Hi) as C.
      exact (C u). }
    apply independent_from; [auto|]. intros z z'. apply A_looks. auto.
Qed.
End Collapse.

(** ** Rigid log-partitions *)

Lemma constant_parabolas n (eta : R -> nat -> R) : (forall i, (i < n)%nat -> quadratic_in (fun u => eta u i)) ->
  exists a b c, forall i, (i < n)%nat -> forall u, eta u i = parabola (a i) (b i) (c i) u.
Proof.
  intro H. destruct (finite_choice (Y := R * R * R) (0, 0, 0) n
    (fun i y => forall u, eta u i = parabola (fst (fst y)) (snd (fst y)) (snd y) u)) as [y Hy].
  { intros i Hi. destruct (H i Hi) as (a & b & c & E). now exists (a, b, c). }
  exists (fun i => fst (fst (y i))), (fun i => snd (fst (y i))), (fun i => snd (y i)). exact Hy.
Qed.

Lemma constant_from n (eta : R -> nat -> R) a b c :
  (forall i, (i < n)%nat -> forall u, eta u i = parabola (a i) (b i) (c i) u) -> constant_before a b n ->
  forall i, (i < n)%nat -> forall u, eta u i = eta 0 i.
Proof. intros E C i Hi u. rewrite !E by assumption. destruct (C i Hi). now rewrite !parabola_constant. Qed.

Lemma bernoulli_as_softplus low high t : ln (exp (low * t) + exp (high * t)) = low * t + softplus ((high - low) * t).
Proof.
  unfold softplus. pose proof (exp_pos (low * t)). pose proof (exp_pos ((high - low) * t)).
  transitivity (ln (exp (low * t)) + ln (1 + exp ((high - low) * t))); [|now rewrite ln_exp].
  rewrite <- ln_mult by lra. f_equal. rewrite Rmult_plus_distr_l, <- exp_plus. f_equal; [ring|f_equal; ring].
Qed.

Lemma bernoulli_rigid low high n : low <> high -> rigid n (bernoulli_partition low high n) (fun _ => True).
Proof.
  intros N eta _ H (a' & b' & c' & E). destruct (constant_parabolas n eta H) as (a & b & c & P).
  apply (constant_from n eta a b c P).
  assert (Q : quadratic_in (fun u => sum n (fun i => low * eta u i))).
  { apply (quadratic_sum n (fun i u => low * eta u i)). intros i Hi. now apply quadratic_scale, H. }
  destruct Q as (a2 & b2 & c2 & Q).
  assert (C : constant_before (fun i => (high - low) * a i) (fun i => (high - low) * b i) n).
  { apply (softplus_growth _ _ (fun i => (high - low) * c i) n (a' - a2) (b' - b2) (c' - c2)). intro u.
    assert (S : bernoulli_partition low high n (eta u)
      = sum n (fun i => low * eta u i) + sum n (fun i => softplus (parabola ((high - low) * a i) ((high - low) * b i)
        ((high - low) * c i) u))).
    { unfold bernoulli_partition. rewrite <- (sum_add (K := real_field)). apply (sum_ext (K := real_field)).
    intros i Hi.
      rewrite bernoulli_as_softplus, P by assumption. simpl. f_equal. f_equal. unfold parabola. ring. }
    rewrite E, Q in S. unfold parabola at 2 3 in S. unfold parabola at 2. revert S. unfold parabola. intro S. lra. }
  intros i Hi. destruct (C i Hi) as [Ca Cb]. apply Rmult_integral in Ca. apply Rmult_integral in Cb. split; lra.
Qed.

Lemma poisson_rigid n : rigid n (poisson_partition n) (fun _ => True).
Proof.
  intros eta _ H (a' & b' & c' & E). destruct (constant_parabolas n eta H) as (a & b & c & P).
  apply (constant_from n eta a b c P). apply (exponential_growth a b c n a' b' c'). intro u. rewrite <- E.
  apply (sum_ext (K := real_field)). intros i Hi. now rewrite P.
Qed.

Lemma multinomial_rigid L n : (0 < L)%nat -> rigid n (multinomial_partition L n) (fun _ => True).
Proof.
  intros HL eta _ H (a' & b' & c' & E). destruct (constant_parabolas n eta H) as (a & b & c & P).
  assert (N : 0 < INR L) by now apply lt_0_INR.
  apply (constant_from n eta a b c P). apply (log_sum_growth a b c n (a' / INR L) (b' / INR L) (c' / INR L)). intro u.
  specialize (E u). unfold multinomial_partition in E.
  replace (log_sum a b c n u) with (ln (1 + sum n (fun k => exp (eta u k)))).
  - transitivity (INR L * ln (1 + sum n (fun k => exp (eta u k))) / INR L); [field; lra|].
    rewrite E. unfold parabola. field. lra.
  - unfold log_sum. f_equal. f_equal. apply (sum_ext (K := real_field)). intros i Hi. now rewrite P.
Qed.

(** The multinomial of random length: the parameters are logarithms of probabilities, and A is 0. *)
Definition probabilities (n : nat) (eta : nat -> R) : Prop := (sum n (fun k => exp (eta k)) : R) = 1.

Lemma softmax_rigid n : rigid n (fun _ => 0) (probabilities n).
Proof.
  intros eta V H _. destruct (constant_parabolas n eta H) as (a & b & c & P).
  apply (constant_from n eta a b c P). apply (exponential_growth a b c n 0 0 1). intro u.
  transitivity 1; [|unfold parabola; ring]. rewrite <- (V u). apply (sum_ext (K := real_field)). intros i Hi.
  now rewrite P.
Qed.

Lemma log_softmax_probabilities n o : (0 < n)%nat -> probabilities n (log_softmax n o).
Proof.
  intro Hn. unfold probabilities, log_softmax. set (s := (sum n (fun k => exp (o k)) : R)).
  assert (0 < s) by (apply sum_positive; auto using exp_pos).
  transitivity (sum n (fun k => / s * exp (o k)) : R).
  - apply (sum_ext (K := real_field)). intros k _. unfold Rminus. rewrite exp_plus, exp_Ropp, exp_ln by assumption.
    apply Rmult_comm.
  - rewrite (sum_scale (K := real_field)). fold s. simpl. field. lra.
Qed.

(** ** Decoders and encoders that are networks *)

Section Networks.
Context {X : Type}.
Variables n m k outputs : nat.
Variable statistics : X -> nat -> R.
Variable latent_statistic : (nat -> R) -> nat -> R.
Variable A : (nat -> R) -> R.
Variable valid : (nat -> R) -> Prop.
Variable C : network -> Prop.
Variable l : link.
Variables means variances : (nat -> R) -> Prop.
Variable encoders : (X -> nat -> R) -> Prop.
Variable b : R.

(** Some two outputs give different parameters; outputs beyond the last do not matter. *)
Definition link_moves : Prop := exists y y' i, (i < n)%nat /\ l y i <> l y' i.
Definition link_looks : Prop := forall o o', (forall i, (i < outputs)%nat -> o i = o' i) ->
  forall i, (i < n)%nat -> l o i = l o' i.
Definition reaches_constants : Prop := forall mean variance, (forall j, (j < m)%nat -> 0 < variance j) ->
  exists g c, encoders g /\ (forall x j, (j < k)%nat -> g x j = c j) /\
  forall z, (dot k c (latent_statistic z) : R) = dot (m + m) (gaussian_natural m mean variance) (moments m z).

Theorem network_growth_collapse : 0 < b -> (0 < m)%nat -> affinely_spans n statistics ->
  quadratic_statistics m k latent_statistic ->
  (forall eta eta', (forall i, (i < n)%nat -> eta i = eta' i) -> A eta = A eta') ->
  rigid n A valid -> (forall o, valid (l o)) -> link_moves -> link_looks ->
  holds_constants outputs C -> holds_two_points m outputs C ->
  (exists mean variance, means mean /\ variances variance /\ forall j, (j < m)%nat -> 0 < variance j) ->
  reaches_constants -> collapse
  {| observation := X; latent := nat -> R; observed_statistics := n; latent_statistics := k; nu := statistics;
     psi := latent_statistic; log_partition := A; decoder := computed C reals (eq l);
     prior := gaussian_prior m means variances; encoder := encoders; beta := b |}.
Proof.
  intros Hb Hm Sp Q AL Rg V (y & y' & i & Hi & N) L CC C2 Pr E.
  apply (growth_collapse n m k statistics latent_statistic A valid); auto.
  - intros f (F & l' & _ & <- & Ef) z. rewrite Ef. apply V.
  - destruct (CC (fun _ => 0)) as (F & CF & EF). exists (fun z => l (F (reals z))), (l (fun _ => 0)). split.
    + exists F, l. repeat split; auto.
    + intros z i' Hi'. apply L; [|assumption]. intros q Hq. now apply EF.
  - destruct (C2 (fun _ => 0) (fun _ => 1) y y' 0%nat Hm) as (F & CF & EF); [lra|].
    exists (fun z => l (F (reals z))), (fun _ => 0), (fun _ => 1), i. repeat split; auto.
    + exists F, l. repeat split; auto.
    + unfold reals. rewrite (L (F (fun _ => 0)) y), (L (F (fun _ => 1)) y'); auto; intros q Hq; now apply EF.
Qed.
End Networks.

Lemma heads_reach_constants m {X : Type} (shown : X -> nat -> R) E v :
  onto_positive v -> holds_constants (m + m) E ->
  reaches_constants m (m + m) (moments m) (computed E shown (heads_link m v)).
Proof.
  intros [_ O] H mean variance V.
  destruct (finite_choice (Y := R) 0 m (fun j o => v o = variance j)) as [o Ho]; [intros j Hj; now apply O, V|].
  destruct (H (fun i => if (i <? m)%nat then mean i else o (i - m)%nat)) as (G & CG & EG).
  exists (fun x => heads m v (G (shown x))), (gaussian_natural m mean variance). split; [now exists G, (heads m v)|].
  split; [|reflexivity]. intros x j Hj. unfold heads, gaussian_natural. destruct (Nat.ltb_spec j m).
  - rewrite !EG by lia. destruct (Nat.ltb_spec j m); [|lia]. destruct (Nat.ltb_spec (m + j) m); [lia|].
    replace (m + j - m)%nat with j by lia. now rewrite Ho.
  - replace (m + (j - m))%nat with j by lia. rewrite EG by lia. destruct (Nat.ltb_spec j m); [lia|].
    now rewrite Ho by lia.
Qed.

Lemma constant_variances_reach_constants m {X : Type} (shown : X -> nat -> R) E :
  holds_constants m E -> reaches_constants m (m + m) (moments m) (computed E shown (mean_link m any_numbers)).
Proof.
  intros H mean variance V. destruct (H mean) as (G & CG & EG).
  exists (fun x => mean_over m variance (G (shown x))), (gaussian_natural m mean variance).
  split; [|split; [|reflexivity]].
  - exists G, (mean_over m variance). repeat split; auto. now exists variance.
  - intros x j Hj. unfold mean_over, gaussian_natural. destruct (Nat.ltb_spec j m); [|reflexivity]. now rewrite EG.
Qed.

Lemma plain_moves n : (0 < n)%nat -> link_moves n (fun o => o).
Proof. intro H. exists (fun _ => 0), (fun _ => 1), 0%nat. split; [assumption|lra]. Qed.

Lemma plain_looks n : link_looks n n (fun o => o).
Proof. intros o o' H. exact H. Qed.

Lemma log_softmax_looks K : link_looks K K (log_softmax K).
Proof.
  intros o o' H i Hi. unfold log_softmax. rewrite H by assumption. f_equal. f_equal.
  apply (sum_ext (K := real_field)). intros k Hk. now rewrite H.
Qed.

(** The probability of word 0 is one half when the others share the rest, and less when o_0 is lower. *)
Lemma log_softmax_moves K : (2 <= K)%nat -> link_moves K (log_softmax K).
Proof.
  intro HK.
  destruct (Req_dec (log_softmax K (fun _ => 0) 0%nat) (log_softmax K (unit 1%nat) 0%nat)) as [E|N].
  - exists (fun _ => 0), (unit 1%nat), 1%nat. split; [lia|]. unfold log_softmax, unit in *. simpl in *. lra.
  - exists (fun _ => 0), (unit 1%nat), 0%nat. split; [lia|assumption].
Qed.

Lemma contrast_looks K : link_looks K (S K) (contrast K).
Proof. intros o o' H i Hi. unfold contrast. now rewrite !H by lia. Qed.

Lemma contrast_moves K : (1 <= K)%nat -> link_moves K (contrast K).
Proof.
  intro H. exists (fun _ => 0), (unit 0%nat), 0%nat. split; [lia|]. unfold contrast, unit. simpl.
  destruct (Nat.eqb_spec K 0); [lia|]. simpl. lra.
Qed.

Lemma bernoulli_looks low high n eta eta' : (forall i, (i < n)%nat -> eta i = eta' i) ->
  bernoulli_partition low high n eta = bernoulli_partition low high n eta'.
Proof. intro H. apply (sum_ext (K := real_field)). intros i Hi. now rewrite H. Qed.

Lemma poisson_looks n eta eta' : (forall i, (i < n)%nat -> eta i = eta' i) -> poisson_partition n eta =
  poisson_partition n eta'.
Proof. intro H. apply (sum_ext (K := real_field)). intros i Hi. now rewrite H. Qed.

Lemma multinomial_looks L n eta eta' : (forall i, (i < n)%nat -> eta i = eta' i) ->
  multinomial_partition L n eta = multinomial_partition L n eta'.
Proof.
  intro H. unfold multinomial_partition. f_equal. f_equal. f_equal. apply (sum_ext (K := real_field)). intros i Hi.
  now rewrite H.
Qed.

(** log p is a density: some prior of the class. *)
Lemma standard_prior m (means variances : (nat -> R) -> Prop) mean variance : means mean -> variances variance ->
  (forall j, 0 < variance j) ->
  exists mean variance, means mean /\ variances variance /\ forall j, (j < m)%nat -> 0 < variance j.
Proof. intros. exists mean, variance. auto. Qed.
